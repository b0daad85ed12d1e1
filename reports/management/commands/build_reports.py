"""`manage.py build_reports --month 2026-10`: ask for the reports due; workers build them."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.runtime.ringing import ring
from reports import building, requesting, tasks


class Command(BaseCommand):
    help = "Ask for the reports due for a month. Workers build them; --here builds them now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, metavar="YYYY-MM")
        parser.add_argument("--patient", type=int, metavar="ID", help="only this patient")
        parser.add_argument("--here", action="store_true", help="build in this process, no worker")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            with acting_in(Scope.system("build_reports")):
                asked = requesting.request_due(
                    month=options["month"],
                    patient_id=options["patient"],
                    now=now,
                    by=command("build_reports"),
                )
        except ValueError as error:
            raise CommandError(str(error)) from error
        for report_id in asked.new:
            if options["here"]:
                building.build(report_id=report_id, now=timezone.now())
            else:
                ring(tasks.build_report, report_id)
        answer = {
            "requested": len(asked.new),
            "existing": asked.existing,
            "not_yet_due": asked.early,
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(
            f"{answer['requested']} reports requested, {answer['existing']} stood already."
        )
        if asked.early:
            self.stdout.write(f"{asked.early} are due when their period is over: ask again then.")
