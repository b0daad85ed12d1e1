from django.apps import AppConfig


class RestConfig(AppConfig):
    """Manners of the API: problem+json, cursor pages, bounded bodies."""

    name = "healthcare.rest"
    label = "rest"
