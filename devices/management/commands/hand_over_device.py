"""`manage.py hand_over_device`: a device changes hands."""

import json
from datetime import datetime
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
        parser.add_argument(
            "--correct",
            action="store_true",
            help="they have it already, but since --at: what was stored in between is moved",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            with acting_in(Scope.system("hand_over_device")):
                done = _hand_over(options, now)
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        holding = done.holding
        since = holding.period.lower.isoformat()
        answer = {
            "device": options["serial"],
            "patient": holding.patient_id,
            "user_slot": holding.user_slot,
            "since": since,
            "moved": done.moved,
            "withdrawn": done.withdrawn,
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"{options['serial']} is in new hands since {since}.")
            if done.moved or done.withdrawn:
                self.stdout.write(
                    f"{done.moved} stored readings were moved to whose they are, {done.withdrawn}"
                    " withdrawn: their holder does not consent to care, or nobody held it."
                )


def _hand_over(options: dict[str, Any], now: datetime) -> registry.HandOver:
    by = command("hand_over_device")
    serial, user_slot = options["serial"], options["user_slot"]
    patient = person(options)
    if not options["correct"]:
        return registry.hand_over(
            serial=serial,
            patient=patient,
            user_slot=user_slot,
            at=options["at"] or now,
            now=now,
            by=by,
        )
    if options["at"] is None:
        raise CommandError("--correct needs --at: when was it handed over?")
    done = registry.correct_hand_over(
        serial=serial, user_slot=user_slot, at=options["at"], now=now, by=by
    )
    if done.holding.patient_id != patient.pk:
        raise registry.RegistryError(f"{serial} is in somebody else's hands: name its holder.")
    return done
