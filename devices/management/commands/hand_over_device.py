"""`manage.py hand_over_device`: a device changes hands."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import registry
from devices.management.arguments import add_person, moment, person, slot
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "From then on the device, or one user slot of it, is another person's."

    def add_arguments(self, parser: CommandParser) -> None:
        add_person(parser)
        parser.add_argument("--serial", required=True)
        parser.add_argument("--user-slot", type=slot, help="only this user of a shared device")
        parser.add_argument("--at", type=moment, help="now, unless said")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            with acting_in(Scope.system("hand_over_device")):
                holding = registry.hand_over(
                    serial=options["serial"],
                    patient=person(options),
                    user_slot=options["user_slot"],
                    at=options["at"] or now,
                    now=now,
                    by=command("hand_over_device"),
                )
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        since = holding.period.lower.isoformat()
        answer = {
            "device": options["serial"],
            "patient": holding.patient_id,
            "user_slot": holding.user_slot,
            "since": since,
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"{options['serial']} is in new hands since {since}.")
