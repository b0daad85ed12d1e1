from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    """Telecom operators, their contracts and lines, and the migration of a subscriber base."""

    name = "healthcare.subscribers"
    label = "subscribers"

    def ready(self) -> None:
        # Models come after apps.
        from healthcare.accounts.signals import session_opened  # noqa: PLC0415
        from healthcare.subscribers.line_door import remember_session  # noqa: PLC0415

        session_opened.connect(remember_session, dispatch_uid="subscribers.remember_session")
