"""`manage.py analyse FILE`: the facts of readings in a file, without storing anything."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError, CommandParser

from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.reading import Malformed
from devices.wire import native
from devices.wire.batch import Undecodable, Unreadable
from reports.analysis.json_shape import to_json
from reports.analysis.measured import Night, Reading
from reports.analysis.schemes import DEFAULT_SCHEME
from reports.analysis.summary import summarise
from reports.measuring import night_of, reading_of


class Command(BaseCommand):
    help = "Analyse a file of readings, one native item a line. Nothing is stored."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--scheme", default=DEFAULT_SCHEME)
        parser.add_argument("--timezone", default="Asia/Tokyo")
        parser.add_argument("--json", action="store_true", help="one line; else indented")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ZoneInfo(options["timezone"])
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CommandError(
                f"--timezone {options['timezone']!r} is none: write it like Asia/Tokyo."
            ) from error
        readings, nights = self._read(options["file"])
        if not readings and not nights:
            raise CommandError(f"{options['file']}: none of its readings can be used.")
        try:
            summary = summarise(
                readings, nights, timezone=options["timezone"], scheme=options["scheme"]
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        indent = None if options["json"] else 2
        self.stdout.write(json.dumps(to_json(summary), indent=indent, ensure_ascii=False))

    def _read(self, path: Path) -> tuple[list[Reading], list[Night]]:
        """The file's items; what cannot be true is left out, as quarantine would, and told."""
        try:
            body = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        readings: list[Reading] = []
        nights: list[Night] = []
        lines = [n for n, line in enumerate(body.split(b"\n"), 1) if line.strip()]
        try:
            batch = native.read(body, native.NDJSON)
        except Unreadable as error:
            raise CommandError(f"{path}: {error}") from error
        for number, entry in zip(lines, batch, strict=True):
            says = entry.says
            if isinstance(says, Malformed):
                place = f"{says.field}: " if says.field else ""
                raise CommandError(f"{path}, line {number}: {place}{says}")
            doubt = says.detail if isinstance(says, Undecodable) else says.doubt()
            if isinstance(says, Undecodable) or doubt:
                self.stderr.write(f"line {number} left out: {doubt}")
                continue
            row = says.stored(patient_id=0, device_id=0)
            if isinstance(row, StoredReading):
                readings.append(reading_of(row, device=entry.device or ""))
            else:
                nights.append(night_of(row))
        return readings, nights
