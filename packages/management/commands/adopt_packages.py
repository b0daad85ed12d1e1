"""`manage.py adopt_packages --operator CODE`: packages that a subscriber base brings along."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.queries import OperatorUnknown, operator_of
from packages import subscribing


class Command(BaseCommand):
    """Makes subscriptions of what the imported contracts name, for people who consent to care."""

    help = "Take over migrated packages; the same again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--operator", required=True, help="code")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            operator = operator_of(options["operator"])
        except OperatorUnknown as error:
            raise CommandError(f"--operator: {error}") from error
        with acting_in(Scope.system("adopt migrated packages")):
            counts = subscribing.adopt_migrated(
                operator=operator, now=timezone.now(), by=command("adopt_packages")
            )
        if options["json"]:
            self.stdout.write(json.dumps(asdict(counts)))
            return
        self.stdout.write(
            f"{counts.adopted:,} adopted, {counts.already:,} there before, "
            f"{counts.waiting:,} wait for consent, {counts.unknown:,} name an unknown package, "
            f"{counts.over:,} were over before they began"
        )
