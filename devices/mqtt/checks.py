"""What `manage.py check` says about MQTT_URL."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from devices.mqtt.address import BrokerUnclear, parse


def address(**_: Any) -> Sequence[CheckMessage]:
    """The address can be read."""
    if not settings.MQTT_URL:
        return []
    try:
        parse(settings.MQTT_URL)
    except BrokerUnclear as error:
        return [Error(f"MQTT_URL: {error}", id="devices.E001")]
    return []


def encrypted(**_: Any) -> Sequence[CheckMessage]:
    """For deployment: tokens and readings do not cross a network in the clear."""
    if not settings.MQTT_URL:
        return []
    try:
        in_the_clear = parse(settings.MQTT_URL).is_in_the_clear
    except BrokerUnclear:
        return []  # the other check says so
    if not in_the_clear:
        return []
    return [
        Warning(
            "MQTT_URL: tokens and readings cross the network in the clear.",
            hint="Let the broker listen with TLS and begin the address with mqtts://.",
            id="devices.W001",
        )
    ]
