"""`manage.py create_user --username U --role ROLE`: a log-in with its place."""

import json
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from healthcare.accounts.factors import give_authenticator
from healthcare.accounts.models import Role, User
from healthcare.audit.actors import command
from healthcare.hospitals.queries import HospitalUnknown, hospital_of_code
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.enrolling import CannotEnrol, enrol
from healthcare.subscribers.queries import (
    OperatorUnknown,
    SubscriberUnknown,
    contract_of,
    operator_of,
)


class Command(BaseCommand):
    """Make a log-in: a clinician at a hospital, a member, an operator's staff, a support agent, a
    platform administrator."""

    help = "Make a log-in and put it where its role belongs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--hospital", metavar="CODE", help="of a clinician")
        parser.add_argument(
            "--operator", metavar="CODE", help="of staff or member; demo for members"
        )
        parser.add_argument("--operator-subscriber-id", metavar="ID", help="of a member")
        parser.add_argument("--full-name", default="")
        parser.add_argument("--language", default="", choices=["", "en", "ja"])
        secret = parser.add_mutually_exclusive_group()
        secret.add_argument("--password", help="drawn and shown once unless said")
        secret.add_argument(
            "--no-password", action="store_true", help="they sign in with an account elsewhere"
        )
        parser.add_argument(
            "--totp", action="store_true", help="make a second factor and show its secret once"
        )
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        password = options["password"] or secrets.token_urlsafe(15)
        if options["no_password"]:
            password = None
        secret = None
        try:
            with acting_in(Scope.system("making a log-in")), transaction.atomic():
                user = self._enrol(Role(options["role"]), password, options)
                if options["totp"]:
                    secret = give_authenticator(
                        user=user, now=timezone.now(), by=command("create_user")
                    )
        except (CannotEnrol, HospitalUnknown, OperatorUnknown, SubscriberUnknown) as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(f"--password: {' '.join(error.messages)}") from error
        if options["json"]:
            answer = {
                "user": user.pk,
                "username": user.username,
                "role": user.role,
                "password": password,
                "totp_secret": secret,
            }
            self.stdout.write(json.dumps(answer))
        else:
            known = options["password"] or options["no_password"]
            drawn = "" if known else f", password {password} (shown only now)"
            app = f", secret of the authenticator app {secret} (shown only now)" if secret else ""
            self.stdout.write(f"{user.role} {user.username}{drawn}{app}")

    def _enrol(self, role: Role, password: str | None, options: dict[str, Any]) -> User:
        subscriber, operator = options["operator_subscriber_id"], options["operator"]
        return enrol(
            username=options["username"],
            password=password,
            role=role,
            hospital=hospital_of_code(options["hospital"]) if options["hospital"] else None,
            operator=operator_of(operator) if operator and role != Role.MEMBER else None,
            contract=contract_of(
                operator_code=operator or "demo", operator_subscriber_id=subscriber
            )
            if subscriber
            else None,
            full_name=options["full_name"],
            language=options["language"],
            now=timezone.now(),
            by=command("create_user"),
        )
