from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only record of who did and who saw what."""

    name = "healthcare.audit"
    label = "audit"
