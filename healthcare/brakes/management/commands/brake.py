"""`manage.py brake list`, `brake pull NAME --reason WHY`, `brake release NAME`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.brakes import pulling


class Command(BaseCommand):
    """Stop charges, deliveries or invitations at once, or let them go on."""

    help = "Brakes: charges and invitations (:OPERATOR, or for all), deliveries:CHANNEL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=["list", "pull", "release"])
        parser.add_argument("name", nargs="?", default="", help="charges:demo, deliveries:inbox")
        parser.add_argument("--reason", default="", help="why; needed to pull")
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        now, by = timezone.now(), command("brake")
        try:
            if options["do"] != "list":
                kind, of = pulling.parse(options["name"])
                if options["do"] == "pull":
                    pulling.pull(kind=kind, of=of, reason=options["reason"], now=now, by=by)
                else:
                    pulling.release(kind=kind, of=of, now=now, by=by)
        except pulling.BrakeRefused as refused:
            raise CommandError(str(refused)) from refused
        self._show(as_json=options["json"])

    def _show(self, *, as_json: bool) -> None:
        stopped = pulling.all_pulled()
        if as_json:
            rows = [
                {
                    "name": brake.name,
                    "reason": brake.reason,
                    "pulled_at": brake.pulled_at.isoformat(),
                    "pulled_by": brake.pulled_by,
                }
                for brake in stopped
            ]
            self.stdout.write(json.dumps({"pulled": rows}))
            return
        for brake in stopped:
            since = f"{brake.pulled_at:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"{brake.name}: stopped since {since}, {brake.pulled_by}")
            self.stdout.write(f"  {brake.reason}")
        if not stopped:
            self.stdout.write("No brake is pulled: everything goes on.")
