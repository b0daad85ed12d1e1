from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages only; the portal has no tables of its own."""

    name = "portal"
    label = "portal"
