"""`manage.py create_token --user U`: a personal token for the people's API, shown once."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.accounts.models import User
from healthcare.accounts.people import create_personal_token
from healthcare.audit.actors import command


class Command(BaseCommand):
    """Give a person a token for the API."""

    help = "Give a person a token for the API; it is shown only now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="USERNAME")
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get(username=options["user"], is_active=True)
        except User.DoesNotExist as error:
            raise CommandError(
                f"There is no active user {options['user']!r}: make one with manage.py create_user."
            ) from error
        token = create_personal_token(user=user, now=timezone.now(), by=command("create_token"))
        if options["json"]:
            self.stdout.write(json.dumps({"user": user.username, "token": token}))
        else:
            self.stdout.write(token)
            self.stderr.write("Keep it now: it is not shown again.")
