"""`manage.py totp_code --secret S`: the code an authenticator app would show, without one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.accounts.totp import code_at


class Command(BaseCommand):
    """Print the six digits of this half minute. For demos and scripts; people use an app."""

    help = "The six digits that an authenticator app with this secret shows now."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--secret", required=True, metavar="BASE32", help="as printed once")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(code_at(options["secret"], timezone.now()))
        except ValueError as error:
            raise CommandError(f"--secret: {error}") from error
