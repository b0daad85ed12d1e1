"""`manage.py appoint_lead --username U`: a clinician leads at their hospital, or no longer."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.accounts import people
from healthcare.audit.actors import command


class Command(BaseCommand):
    """A lead keeps the hospital's panels and is told of emergency openings and lifted budgets."""

    help = "Make a clinician a lead of the hospital where they work now; --end takes it back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--end", action="store_true", help="no lead from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            people.appoint_lead(
                username=options["username"],
                is_lead=not options["end"],
                now=timezone.now(),
                by=command("appoint_lead"),
            )
        except people.NotAtAHospital as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['username']} is {'no lead' if options['end'] else 'a lead'}.")
