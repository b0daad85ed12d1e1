"""`manage.py history`: what was changed, from what to what, when and by whom."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.backends.postgresql.psycopg_any import Range
from django.utils.timezone import localtime

from healthcare.history.queries import Change, changes_of, changes_of_person
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Print the changes about a person, or those of one table (docs/history.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        about = parser.add_mutually_exclusive_group(required=True)
        about.add_argument("--patient", type=int, help="the person's number")
        about.add_argument("--of", metavar="ROOM.MODEL", help="a table, for example packages.Price")
        parser.add_argument("--id", type=int, help="with --of: one row")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_in(Scope.system("the history command")):
            changes = self._found(options)
        if not changes and not options["json"]:
            self.stdout.write("Nothing was changed.")
        for change in changes:
            if options["json"]:
                self.stdout.write(json.dumps(_facts(change), ensure_ascii=False))
            else:
                self._print(change)

    def _found(self, options: dict[str, Any]) -> list[Change]:
        if options["of"] is None:
            if options["id"] is not None:
                raise CommandError("--id goes with --of; a person is --patient.")
            return changes_of_person(options["patient"])
        try:
            return changes_of(apps.get_model(options["of"]), id=options["id"])
        except (LookupError, ValueError) as error:
            raise CommandError(f"--of {options['of']}: {error}") from error

    def _print(self, change: Change) -> None:
        by = "; ".join(change.by) or "nobody on record"
        at = _said(change.at)
        self.stdout.write(f"{at}  {change.model} {change.id} {change.was} by {by}")
        for name, (before, after) in change.fields.items():
            became = "" if change.was == "deleted" else f" -> {_words(after)}"
            self.stdout.write(f"    {name}: {_words(before)}{became}")


def _facts(change: Change) -> dict[str, Any]:
    return {
        "at": _said(change.at),
        "model": change.model,
        "id": change.id,
        "was": change.was,
        "by": list(change.by),
        "fields": {
            name: {"from": _said(before), "to": _said(after)}
            for name, (before, after) in change.fields.items()
        },
    }


def _words(value: Any) -> str:
    return json.dumps(_said(value), ensure_ascii=False)


def _said(value: Any) -> Any:
    """As JSON says it. A period is written as PostgreSQL writes it: [from, until)."""
    match value:
        case Range():
            ends = (_said(value.lower) or "", _said(value.upper) or "")
            return f"[{ends[0]}, {ends[1]})"
        case datetime():
            return localtime(value).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value
