"""`manage.py open_care --operator-subscriber-id ID --hospital CODE`: a hospital begins to care."""

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.queries import HospitalUnknown, hospital_of_code
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import caring
from healthcare.subscribers.queries import SubscriberUnknown, contract_of


class Command(BaseCommand):
    """Put a subscriber into a hospital's care."""

    help = "Put a subscriber into a hospital's care."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--operator-subscriber-id", required=True, metavar="ID")
        parser.add_argument("--operator", default="demo", metavar="CODE")
        parser.add_argument("--hospital", required=True, metavar="CODE")
        parser.add_argument("--hospital-patient-number", default="", metavar="NUMBER")
        parser.add_argument("--doctor", default="", help="name printed on reports")
        parser.add_argument(
            "--since", metavar="DATE", help="from that midnight at the hospital; now unless said"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            hospital = hospital_of_code(options["hospital"])
            since = _midnight(options["since"], hospital) if options["since"] else now
            if since > now:
                raise CommandError(f"--since {options['since']}: the day lies in the future.")
            with acting_in(Scope.system("opening care")):
                contract = contract_of(
                    operator_code=options["operator"],
                    operator_subscriber_id=options["operator_subscriber_id"],
                )
                caring.begin(
                    patient=contract.patient,
                    hospital=hospital,
                    since=since,
                    hospital_patient_number=options["hospital_patient_number"],
                    doctor=options["doctor"],
                    now=now,
                    by=command("open_care"),
                )
        except (SubscriberUnknown, HospitalUnknown) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{hospital.name} cares for patient {contract.patient_id}.")


def _midnight(text: str, hospital: Hospital) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--since {text!r}: write a date as YYYY-MM-DD.") from error
    return datetime.combine(day, time(), tzinfo=ZoneInfo(hospital.timezone))
