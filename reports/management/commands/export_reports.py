"""`manage.py export_reports --month 2026-10 --to DIR`: the finished PDFs of a month as files."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.audit.recording import seen
from healthcare.hospitals.scope import Scope, acting_in
from reports import queries, requesting
from reports.models import Report, ReportState


class Command(BaseCommand):
    help = (
        "Write the finished reports of a month as PDF files, and say how many are not finished."
        " Those of people who have withdrawn their consent are withheld."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, metavar="YYYY-MM")
        parser.add_argument("--to", required=True, type=Path, metavar="DIR")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            first, last = requesting.month_of(options["month"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        folder: Path = options["to"]
        folder.mkdir(parents=True, exist_ok=True)
        now = timezone.now()
        with acting_in(Scope.system("export_reports")):
            due = Report.objects.filter(end__gt=first, end__lte=last)
            states = dict(due.order_by().values_list("state").annotate(n=Count("pk")))
            built = due.filter(state=ReportState.READY)
            ready = queries.agreed_to(built, now=now).select_related("hospital")
            withheld = built.count() - ready.count()
            for report in ready.iterator(chunk_size=50):
                name = f"{report.hospital.code}-{report.start:%Y%m%d}-{report.kind}-{report.pk}.pdf"
                (folder / name).write_bytes(queries.report_pdf(report=report))
            seen(
                patient_ids=sorted({report.patient_id for report in ready}),
                what="command.export_reports",
                why="export by the operations desk",
                at=now,
                by=command("export_reports"),
            )
        answer = {state.value: states.get(state.value, 0) for state in ReportState}
        answer["ready"] -= withheld
        answer["withheld"] = withheld
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(", ".join(f"{n} {state}" for state, n in answer.items()))
