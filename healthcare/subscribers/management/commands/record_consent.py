"""`manage.py record_consent --operator-subscriber-id ID --purpose care,hospital_report`."""

import json
from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting
from healthcare.patients.models import Purpose
from healthcare.subscribers.models import Contract
from healthcare.subscribers.queries import SubscriberUnknown, contract_of


class Command(BaseCommand):
    """Record that a subscriber agrees, or no longer agrees."""

    help = "Record or withdraw a subscriber's consent to one or several purposes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--operator-subscriber-id", required=True, metavar="ID")
        parser.add_argument("--operator", default="demo", metavar="CODE")
        parser.add_argument("--purpose", required=True, help=", ".join(Purpose.values))
        parser.add_argument(
            "--from", dest="since", metavar="DATE", help="from that midnight on; now unless said"
        )
        parser.add_argument("--withdraw", action="store_true", help="withdraw instead, from now on")
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        purposes = _purposes(options["purpose"])
        if options["withdraw"] and options["since"]:
            raise CommandError("A withdrawal counts from now: leave --from out.")
        try:
            with acting_in(Scope.system("recording consent")):
                contract = contract_of(
                    operator_code=options["operator"],
                    operator_subscriber_id=options["operator_subscriber_id"],
                )
                standing = _record(contract, purposes, options)
        except (SubscriberUnknown, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = {"patient": contract.patient_id, "purposes": [p.value for p in standing]}
            self.stdout.write(json.dumps(answer))
        else:
            words = ", ".join(p.value for p in standing) or "nothing"
            self.stdout.write(f"Patient {contract.patient_id} agrees to: {words}.")


def _record(contract: Contract, purposes: list[Purpose], options: dict[str, Any]) -> list[Purpose]:
    now = timezone.now()
    by = command("record_consent")
    patient = contract.patient
    if options["withdraw"]:
        return consenting.withdraw(patient=patient, purposes=purposes, now=now, by=by)
    since = _midnight(options["since"], contract.operator.timezone) if options["since"] else now
    return consenting.give(patient=patient, purposes=purposes, since=since, now=now, by=by)


def _purposes(text: str) -> list[Purpose]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in Purpose.values]
    if unknown or not words:
        raise CommandError(
            f"--purpose {text!r}: write one or several of {', '.join(Purpose.values)}, divided by"
            " commas."
        )
    return [Purpose(word) for word in dict.fromkeys(words)]


def _midnight(text: str, zone: str) -> datetime:
    """The moment a day begins where the operator is."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--from {text!r}: write a date as YYYY-MM-DD.") from error
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
