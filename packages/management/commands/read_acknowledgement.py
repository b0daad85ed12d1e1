"""`manage.py read_acknowledgement FILE --operator CODE`: the operator's answer to a file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.queries import OperatorUnknown, operator_of
from packages import charging
from packages.answering import Applied
from packages.operators.records import FileError


class Command(BaseCommand):
    """Takes an answer in whole or not at all; the same answer again changes nothing."""

    help = "Read the operator's answer to a charge file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--operator", required=True, help="code")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            operator = operator_of(options["operator"])
        except OperatorUnknown as error:
            raise CommandError(f"--operator: {error}") from error
        try:
            with options["file"].open("rb") as stream, acting_in(Scope.system("read answers")):
                applied = charging.read_answer(
                    file=stream,
                    operator=operator,
                    as_of=timezone.now(),
                    by=command("read_acknowledgement"),
                )
        except (FileError, OSError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(applied)))
            return
        if applied.already_read:
            self.stdout.write("This answer was read before; nothing is changed.")
            return
        self.stdout.write(
            f"File {applied.answer.file.file_seq} {applied.answer.status}: "
            f"{applied.accepted:,} accepted, {applied.rejected:,} rejected, "
            f"{applied.unknown:,} unknown, {applied.unchanged:,} unchanged"
        )
        for name in ("contradicting", "unmatched"):
            for key in getattr(applied, name):
                self.stderr.write(f"{name}: {key}: a person must look")


def _as_json(applied: Applied) -> dict[str, object]:
    return {
        "file_seq": applied.answer.file.file_seq,
        "status": applied.answer.status,
        "already_read": applied.already_read,
        "accepted": applied.accepted,
        "rejected": applied.rejected,
        "unknown": applied.unknown,
        "unchanged": applied.unchanged,
        "contradicting": list(applied.contradicting),
        "unmatched": list(applied.unmatched),
    }
