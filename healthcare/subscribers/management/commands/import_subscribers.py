"""`manage.py import_subscribers FILE --operator CODE`: migrate a subscriber base."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers import importing
from healthcare.subscribers.loading import rejects
from healthcare.subscribers.loading.columns import MAPPINGS
from healthcare.subscribers.loading.reading import ENCODINGS, FileRefused
from healthcare.subscribers.models import ImportBatch, Operator
from healthcare.subscribers.progress_line import ProgressLine
from healthcare.subscribers.queries import OperatorUnknown, operator_of

OUTCOMES = ("created", "updated", "unchanged", "duplicate", "held", "rejected")


class Command(BaseCommand):
    """Take in an operator's subscriber file, whole or not at all."""

    help = "Take in an operator's subscriber file (docs/formats/subscribers.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--operator", required=True, metavar="CODE")
        parser.add_argument("--mapping", default="standard", choices=MAPPINGS)
        parser.add_argument("--encoding", help=f"{', '.join(ENCODINGS)}; UTF-8 unless said")
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="held and rejected rows")
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            operator = operator_of(options["operator"])
            with acting_in(Scope.system("import of a subscriber file")), transaction.atomic():
                batch = self._import(operator, options)
                transaction.set_rollback(options["dry_run"])
        except (FileRefused, OperatorUnknown) as refused:
            raise CommandError(str(refused)) from refused
        seconds = time.monotonic() - began
        if options["json"]:
            self.stdout.write(json.dumps(as_json(batch, seconds=seconds)))
        else:
            self._show(batch, seconds=seconds)

    def _import(self, operator: Operator, options: dict[str, Any]) -> ImportBatch:
        batch = importing.run(
            path=options["file"],
            operator=operator,
            mapping=options["mapping"],
            encoding=options["encoding"],
            dry_run=options["dry_run"],
            progress=ProgressLine(self.stderr),
            now=timezone.now(),
            by=command("import_subscribers"),
        )
        if options["rejects"] is not None:
            try:
                with options["rejects"].open("w", encoding="utf-8", newline="") as out:
                    out.writelines(rejects.lines(batch))
            except OSError as error:
                raise CommandError(
                    f"{options['rejects']} cannot be written: {error.strerror}. Nothing was taken"
                    " in."
                ) from error
        return batch

    def _show(self, batch: ImportBatch, *, seconds: float) -> None:
        name = "Dry run, nothing was written" if batch.dry_run else f"Batch {batch.pk}"
        self.stdout.write(f"{name}: {batch.rows:,} rows in {seconds:.1f} s")
        for outcome in OUTCOMES:
            self.stdout.write(f"  {outcome:<10}{getattr(batch, outcome):>12,}")


def as_json(batch: ImportBatch, *, seconds: float) -> dict[str, int | float | None]:
    """The object of `--json`; a dry run leaves no batch."""
    counts = {outcome: getattr(batch, outcome) for outcome in OUTCOMES}
    number = None if batch.dry_run else batch.pk
    return {"batch": number, "rows": batch.rows, **counts, "seconds": round(seconds, 3)}
