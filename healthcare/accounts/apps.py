from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in, their sessions, second factors and personal tokens."""

    name = "healthcare.accounts"
    label = "accounts"

    def ready(self) -> None:
        # Models come after apps.
        from allauth.account.signals import authentication_step_completed  # noqa: PLC0415
        from allauth.mfa.signals import authentication_failed  # noqa: PLC0415

        from healthcare.accounts.signing_in import code_refused, proved_again  # noqa: PLC0415

        authentication_failed.connect(code_refused, dispatch_uid="accounts.code_refused")
        authentication_step_completed.connect(proved_again, dispatch_uid="accounts.proved_again")
