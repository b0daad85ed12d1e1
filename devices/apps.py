from django.apps import AppConfig
from django.core.checks import register

from devices.mqtt import checks


class DevicesConfig(AppConfig):
    """What was measured: devices, whose they are, and the readings they sent."""

    name = "devices"

    def ready(self) -> None:
        register(checks.address)
        register(checks.encrypted, deploy=True)
