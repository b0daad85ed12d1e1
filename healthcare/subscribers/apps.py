from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    """Telecom operators, their contracts and lines, and the migration of a subscriber base."""

    name = "healthcare.subscribers"
    label = "subscribers"
