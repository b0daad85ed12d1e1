"""`manage.py write_charges --month YYYY-MM --operator CODE --out FILE`: the charge file."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.kernel.periods import parse_month
from healthcare.subscribers.queries import OperatorUnknown, operator_of
from packages import charging
from packages.charging import WrittenCharges


class Command(BaseCommand):
    """Writes the month's new charges, or its latest file again when there are none."""

    help = "Write the operator's charge file of a billed month; the same again, the same bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="YYYY-MM")
        parser.add_argument("--operator", required=True, help="code")
        parser.add_argument("--out", required=True, type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            operator = operator_of(options["operator"])
        except OperatorUnknown as error:
            raise CommandError(f"--operator: {error}") from error
        try:
            month = parse_month(options["month"]).start
            written = self._write(options["out"], month=month, operator=operator)
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(written)))
            return
        file = written.file
        again = "" if written.created else ", written again"
        self.stdout.write(
            f"File {file.file_seq}{again}: {file.count:,} charges, total {file.currency} "
            f"{file.total:,}, SHA-256 {file.sha256}"
        )
        if written.without_number:
            self.stderr.write(
                f"{written.without_number} charges wait: their contract has no number today."
            )

    def _write(self, out: Path, **what: Any) -> WrittenCharges:
        """Beside it and renamed: whoever finds the file finds all of it."""
        part = out.with_name(out.name + ".part")
        try:
            with part.open("wb") as stream:
                written = charging.write(
                    **what, out=stream, as_of=timezone.now(), by=command("write_charges")
                )
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
        return written


def _as_json(written: WrittenCharges) -> dict[str, object]:
    return {
        "file_seq": written.file.file_seq,
        "created": written.created,
        "charges": written.file.count,
        "total": written.file.total,
        "currency": written.file.currency,
        "sha256": written.file.sha256,
        "without_number": written.without_number,
    }
