"""What MQTT_URL may say, and what the answer is when it says something else."""

import pytest
from django.conf import LazySettings

from devices.mqtt import checks
from devices.mqtt.address import CLIENT_ID, Broker, BrokerUnclear, parse


def test_addresses() -> None:
    assert parse("mqtt://127.0.0.1") == Broker("127.0.0.1", 1883, tls=False)
    said = "mqtts://us%40er:p%2Fw@[::2]:8884/?ca=/etc/ca.pem&protocol=3.1.1&client_id=b"
    assert parse(said) == Broker(
        "::2", 8884, True, "us@er", "p/w", client_id="b", protocol=4, ca="/etc/ca.pem"
    )
    assert (parse("mqtts://b.example").port, parse("mqtts://b.example").client_id) == (
        8883,
        CLIENT_ID,
    )
    assert str(parse(said)) == "mqtts://[::2]:8884"


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("broker.example:1883", "mqtt://"),
        ("http://broker.example", "mqtt://"),
        ("mqtt://", "host"),
        ("mqtt://h:many", "port"),
        ("mqtt://h/topic", "topics are fixed"),
        ("mqtt://h?protocol=4", "3.1.1"),
        ("mqtt://h?client_id=", "client_id"),
        ("mqtt://h?tls=1", "tls is none of"),
    ],
)
def test_what_is_unclear_names_the_cure(url: str, cure: str) -> None:
    with pytest.raises(BrokerUnclear, match=cure):
        parse(url)


@pytest.mark.parametrize(
    ("url", "wrong", "unsafe"),
    [
        ("", [], []),
        ("mqtt://localhost", [], []),
        ("mqtts://broker.example", [], []),
        ("mqtt://broker.example", [], ["devices.W001"]),
        ("broker", ["devices.E001"], []),
    ],
)
def test_the_installation_is_checked(
    settings: LazySettings, url: str, wrong: list[str], unsafe: list[str]
) -> None:
    settings.MQTT_URL = url
    assert [found.id for found in checks.address()] == wrong
    assert [found.id for found in checks.encrypted()] == unsafe
