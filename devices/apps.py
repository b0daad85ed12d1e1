from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """What was measured: devices, whose they are, and the readings they sent."""

    name = "devices"
