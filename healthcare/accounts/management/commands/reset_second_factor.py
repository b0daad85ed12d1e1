"""`manage.py reset_second_factor --username U [--totp]`: for somebody who lost theirs."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from healthcare.accounts import factors
from healthcare.accounts.models import User
from healthcare.audit.actors import command

BY = command("reset_second_factor")


class Command(BaseCommand):
    """Take away somebody's second factors and end their sessions.

    Who must have one is led to set it up at the next sign-in; with --totp a new one is made here.
    Be sure who asks: this is the door that a caller with a good story wants opened.
    """

    help = "Take away a person's second factors and end their sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument(
            "--totp", action="store_true", help="make a new one and show its secret once"
        )
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        now, secret = timezone.now(), None
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}: look at the spelling.")
        with transaction.atomic():
            removed = factors.reset(user=user, now=now, by=BY)
            if options["totp"]:
                secret = factors.give_authenticator(user=user, now=now, by=BY)
        if options["json"]:
            answer = {"username": user.username, "removed": removed, "totp_secret": secret}
            self.stdout.write(json.dumps(answer))
        else:
            app = f", new secret {secret} (shown only now)" if secret else ""
            self.stdout.write(f"{user.username}: {removed} factors removed, sessions ended{app}")
