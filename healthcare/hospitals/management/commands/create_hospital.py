"""`manage.py create_hospital --code CODE --name NAME`."""

import json
from argparse import ArgumentParser
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.opening import HospitalExists, open_hospital


class Command(BaseCommand):
    """Make a hospital; the same one again is left as it is."""

    help = "Make a hospital whose clinicians may sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="letters, digits, hyphens")
        parser.add_argument("--name", required=True)
        parser.add_argument("--name-ja", default="")
        parser.add_argument("--timezone", default="Asia/Tokyo")
        parser.add_argument("--language", default="en", choices=["en", "ja"])
        parser.add_argument("--telephone", default="")
        parser.add_argument(
            "--watching-hours", default="", help="when somebody looks at alerts, shown to members"
        )
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_slug(options["code"])
        except ValidationError as error:
            raise CommandError(
                f"--code {options['code']!r}: use letters, digits, hyphens and underscores."
            ) from error
        if options["timezone"] not in available_timezones():
            raise CommandError(
                f"--timezone {options['timezone']!r} is not known: write it like Asia/Tokyo."
            )
        names = ("code", "name", "name_ja", "timezone", "language", "telephone", "watching_hours")
        try:
            hospital = open_hospital(
                **{name: options[name] for name in names},
                now=timezone.now(),
                by=command("create_hospital"),
            )
        except HospitalExists as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"hospital": hospital.pk, "code": hospital.code}))
        else:
            self.stdout.write(f"Hospital {hospital.code}: {hospital.name}.")
