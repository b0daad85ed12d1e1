"""`manage.py analyse FILE`: the facts of readings in a file, without storing anything."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError, CommandParser

from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.known import KINDS
from devices.kinds.reading import Malformed
from devices.kinds.sleep.stored import StoredNight
from devices.wire import native
from devices.wire.batch import Undecodable, Unreadable
from reports.analysis.facts import Summary
from reports.analysis.json_shape import to_json
from reports.analysis.schemes import DEFAULT_SCHEME
from reports.analysis.sections import SECTIONS, analyse
from reports.analysis.summary import summarise
from reports.measuring import night_of, reading_of


class Command(BaseCommand):
    help = "Analyse a file of readings, one native item a line. Nothing is stored."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--scheme", default=DEFAULT_SCHEME)
        parser.add_argument("--timezone", default="Asia/Tokyo")
        parser.add_argument(
            "--experimental", action="store_true", help="with hints that no clinician signed"
        )
        parser.add_argument("--json", action="store_true", help="one line; else indented")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ZoneInfo(options["timezone"])
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CommandError(
                f"--timezone {options['timezone']!r} is none: write it like Asia/Tokyo."
            ) from error
        found = self._read(options["file"])
        if not found:
            raise CommandError(f"{options['file']}: none of its readings can be used.")
        try:
            summary = _summary(found, options)
        except ValueError as error:
            raise CommandError(str(error)) from error
        indent = None if options["json"] else 2
        self.stdout.write(json.dumps(to_json(summary), indent=indent, ensure_ascii=False))

    def _read(self, path: Path) -> dict[str, list[Any]]:
        """The file's items by kind; what cannot be true is left out, as quarantine would, and
        told."""
        try:
            body = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        found: dict[str, list[Any]] = defaultdict(list)
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
                row = reading_of(row, device=entry.device or "")
            elif isinstance(row, StoredNight):
                row = night_of(row)
            found[says.kind].append(row)
        return found


def _summary(found: dict[str, list[Any]], options: dict[str, Any]) -> Summary:
    """Facts of the whole file: the period is that of its items, whatever kind they are of."""
    zone = ZoneInfo(options["timezone"])
    more = {
        kind: sorted(rows, key=attrgetter(KINDS[kind].table.time))
        for kind, rows in found.items()
        if kind in SECTIONS
    }
    ends = sorted(
        getattr(row, KINDS[kind].table.until).astimezone(zone).date()
        for kind, rows in more.items()
        for row in rows
    )
    # Said only where neither a pressure nor a night says it.
    says_itself = bool(found["blood_pressure"] or found["sleep"])
    facts = summarise(
        found["blood_pressure"],
        found["sleep"],
        timezone=options["timezone"],
        scheme=options["scheme"],
        start=None if says_itself else ends[0],
        end=None if says_itself else ends[-1] + timedelta(days=1),
    )
    first = min([facts.start, *ends])
    last = max([facts.end, *(day + timedelta(days=1) for day in ends)])
    sections = analyse(
        more,
        start=first,
        end=last,
        timezone=options["timezone"],
        experimental=tuple(SECTIONS) if options["experimental"] else (),
    )
    return replace(facts, sections=sections, start=first, end=last)
