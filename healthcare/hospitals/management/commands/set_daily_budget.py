"""`manage.py set_daily_budget --hospital CODE --patients N`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.opening import set_patients_a_day
from healthcare.hospitals.queries import HospitalUnknown, hospital_of_code


class Command(BaseCommand):
    """How many patients one clinician of a hospital looks at in a day without giving a reason."""

    help = "Set a hospital's daily budget of patients for each clinician; 0 means the usual one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hospital", required=True, metavar="CODE")
        parser.add_argument("--patients", required=True, type=int, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["patients"] < 0:
            raise CommandError("--patients is a whole number; 0 means the usual budget.")
        try:
            hospital = set_patients_a_day(
                hospital=hospital_of_code(options["hospital"]),
                patients=options["patients"] or None,
                now=timezone.now(),
                by=command("set_daily_budget"),
            )
        except HospitalUnknown as error:
            raise CommandError(str(error)) from error
        patients = hospital.patients_a_day or settings.PATIENTS_A_DAY
        self.stdout.write(f"{hospital.code}: {patients} patients a day for each clinician.")
