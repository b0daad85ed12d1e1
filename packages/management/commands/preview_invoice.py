"""`manage.py preview_invoice FILE`: what a history of choices costs, as JSON."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from healthcare.rest.parsers import loads
from packages.pricing.preview import preview
from packages.pricing.problems import HistoryError


class Command(BaseCommand):
    """Prices a history and writes nothing. Needs no database."""

    help = "Print the documents that a history of choices makes (docs/billing/pricing.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="one line; else indented")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            answer = preview(loads(path.read_bytes()))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        except HistoryError as error:
            places = "\n".join(f"  {e['field']}: {e['detail']}" for e in error.errors)
            raise CommandError(f"{path}: this history cannot be priced:\n{places}") from error
        except ValueError as error:
            raise CommandError(f"{path}: not JSON: {error}.") from error
        indent = None if options["json"] else 2
        self.stdout.write(json.dumps(answer, indent=indent, ensure_ascii=False))
