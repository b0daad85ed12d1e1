from django.apps import AppConfig


class InvitingConfig(AppConfig):
    """Who was invited to become a member, by which message, and what they answered."""

    name = "healthcare.inviting"
    label = "inviting"

    def ready(self) -> None:
        """Listen for lines that end."""
        from healthcare.inviting import line_ends  # noqa: PLC0415
        from healthcare.subscribers.signals import lines_ended  # noqa: PLC0415

        lines_ended.connect(line_ends.withdraw, dispatch_uid="inviting.line_ends.withdraw")
