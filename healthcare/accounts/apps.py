from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in, and their personal tokens."""

    name = "healthcare.accounts"
    label = "accounts"
