"""What the commands say before there is a broker to speak with."""

import importlib.util
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from devices.simulators import fleet
from devices.simulators.failing import ServerUnreachable
from healthcare.runtime.serve import programs


@pytest.mark.parametrize(
    ("url", "cure"), [("", "Set MQTT_URL"), ("localhost", "MQTT_URL: it must begin with mqtt")]
)
def test_the_address_is_asked_for(url: str, cure: str) -> None:
    with pytest.raises(CommandError, match=cure):
        call_command("mqtt_subscribe", url=url)


def test_without_the_extra_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str, *args: Any) -> Any:
        return None if name == "paho" else importlib.util.find_spec(name, *args)

    for module in ("devices.management.commands.mqtt_subscribe", "devices.simulators.fleet"):
        monkeypatch.setattr(f"{module}.find_spec", find_spec)
    with pytest.raises(CommandError, match="pip install 'paho-mqtt"):
        call_command("mqtt_subscribe", url="mqtt://127.0.0.1")
    with pytest.raises(ServerUnreachable, match="pip install 'paho-mqtt"):
        fleet.connect("mqtt://127.0.0.1")


def test_it_is_one_of_the_servers_when_there_is_a_broker(settings: LazySettings) -> None:
    def names() -> list[str]:
        return [program.name for program in programs(host="127.0.0.1", port=8000, workers=1)]

    settings.MQTT_URL = ""
    assert names() == ["web", "beat", "worker"]
    settings.MQTT_URL = "mqtt://127.0.0.1"
    assert names() == ["web", "mqtt", "beat", "worker"]
