from django.apps import AppConfig


class BrakesConfig(AppConfig):
    """What is stopped now, by whom and why. It lies low, so that every room may ask."""

    name = "healthcare.brakes"
    label = "brakes"
