"""`manage.py import_readings FILE --patient ID`: an archive that a member or a hospital brings."""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import archiving
from devices.archives.formats import FORMATS
from devices.ingesting.results import STATUSES
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope

EVERY = 50_000


class Command(BaseCommand):
    help = (
        "Take in a person's archive: OMRON connect, Withings, Apple Health, or our own items one a"
        " line (docs/formats/archives.md). The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file, a zip or a folder")
        parser.add_argument("--patient", type=int, required=True, metavar="ID")
        parser.add_argument("--format", choices=FORMATS, help="known from the content, unless said")
        parser.add_argument(
            "--timezone", metavar="Z", help="of times without an offset; the patient's unless said"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        parser.add_argument(
            "--rejects", type=Path, metavar="FILE", help="rejected readings, to correct and send"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        path = options["rejects"]
        try:
            with nullcontext() if path is None else path.open("w", encoding="utf-8") as rejects:
                brought = self._bring(options, rejects)
        except archiving.ArchiveRefused as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or path}: {error.strerror or error}.") from error
        self._show(brought, options, seconds=time.monotonic() - began)

    def _bring(self, options: dict[str, Any], rejects: TextIO | None) -> archiving.Brought:
        return archiving.bring(
            path=options["file"],
            patient_id=options["patient"],
            scope=Scope.system("import_readings"),
            format=options["format"],
            timezone=options["timezone"],
            dry_run=options["dry_run"],
            reject=(lambda _: None) if rejects is None else rejects.write,
            progress=self._progress,
            now=timezone.now(),
            by=command("import_readings"),
        )

    def _progress(self, readings: int) -> None:
        if readings % EVERY == 0:
            self.stderr.write(f"{readings:,} readings read")

    def _show(self, brought: archiving.Brought, options: dict[str, Any], *, seconds: float) -> None:
        counts: dict[str, int] = {status: brought.counts[status] for status in STATUSES}
        if options["json"]:
            answer: dict[str, Any] = {
                "format": brought.format,
                "timezone": brought.timezone,
                "dry_run": options["dry_run"],
                "readings": brought.readings,
                **counts,
                "devices": brought.devices,
                "notes": dict(brought.notes),
                "seconds": round(seconds, 3),
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        dry = "Dry run, nothing was written: " if options["dry_run"] else ""
        self.stdout.write(
            f"{dry}{brought.readings:,} readings of the format {brought.format}, times without an"
            f" offset in {brought.timezone}, {seconds:.1f} s"
        )
        for status, count in counts.items():
            self.stdout.write(f"  {status:<12}{count:>10,}")
        for note, count in brought.notes.items():
            self.stdout.write(f"  {count:,} {note}")
