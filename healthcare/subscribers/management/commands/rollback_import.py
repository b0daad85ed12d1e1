"""`manage.py rollback_import BATCH`: undo one import batch as far as it can be undone."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.models import ImportBatch
from healthcare.subscribers.undoing import CannotRollBack, RolledBack, roll_back

SHOWN = 20


class Command(BaseCommand):
    """Undo an import batch; what has been built on since stays, with the reason."""

    help = "Undo an import batch; says what it cannot undo and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        number, dry_run = options["batch"], options["dry_run"]
        try:
            with acting_in(Scope.system("roll-back of an import")):
                answer = roll_back(
                    batch=ImportBatch.objects.get(pk=number),
                    dry_run=dry_run,
                    now=timezone.now(),
                    by=command("rollback_import"),
                )
        except ImportBatch.DoesNotExist as error:
            raise CommandError(f"There is no batch {number}.") from error
        except CannotRollBack as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"batch": number, "dry_run": dry_run, **asdict(answer)}))
        else:
            self._show(answer, dry_run=dry_run)

    def _show(self, answer: RolledBack, *, dry_run: bool) -> None:
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"{answer.removed:,} contracts {would}removed, {answer.restored:,} {would}put back as"
            f" they were, {len(answer.kept):,} cannot be undone."
        )
        for note in answer.notes:
            self.stdout.write(f"  {note}")
        for kept in answer.kept[:SHOWN]:
            self.stdout.write(f"  {kept.operator_subscriber_id}: {kept.reason}")
        if len(answer.kept) > SHOWN:
            self.stdout.write(f"  and {len(answer.kept) - SHOWN:,} more: --json names them all.")
