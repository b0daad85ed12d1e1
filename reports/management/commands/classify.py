"""`manage.py classify --systolic 134.9 --diastolic 84.9 --scheme jsh2025-home`."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.analysis.schemes import classify


class Command(BaseCommand):
    help = "Say which category a mean blood pressure falls into by a scheme. Nothing is stored."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--systolic", type=float, required=True, help="mmHg, unrounded")
        parser.add_argument("--diastolic", type=float, required=True, help="mmHg, unrounded")
        parser.add_argument("--scheme", default="jsh2025-home")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = classify(options["systolic"], options["diastolic"], options["scheme"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = asdict(found)
            answer["flags"] = list(found.flags)
            self.stdout.write(json.dumps(answer))
        else:
            flags = f" ({', '.join(found.flags)})" if found.flags else ""
            self.stdout.write(f"{found.category}{flags} by {found.scheme} {found.scheme_version}")
