"""`manage.py import_subscribers FILE --operator CODE`: migrate a subscriber base."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from healthcare.audit.actors import Actor, command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers import approving, importing, leading, sequences
from healthcare.subscribers.loading import manifests, rejects
from healthcare.subscribers.loading.layouts import STANDARD_NAME
from healthcare.subscribers.loading.manifests import Manifest
from healthcare.subscribers.loading.reading import ENCODINGS, FileRefused
from healthcare.subscribers.models import ImportBatch, Operator, State
from healthcare.subscribers.progress_line import ProgressLine
from healthcare.subscribers.queries import OperatorUnknown, operator_of

SCOPE = Scope.system("import of a subscriber file")


class Command(BaseCommand):
    """Take in an operator's subscriber file: checked as a whole, then loaded chunk by chunk."""

    help = "Take in an operator's subscriber file (docs/formats/subscribers.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--operator", required=True, metavar="CODE")
        parser.add_argument(
            "--mapping",
            default=STANDARD_NAME,
            metavar="NAME",
            help="the newest version of a mapping of the operator's (manage.py mapping)",
        )
        parser.add_argument(
            "--encoding",
            help=f"{', '.join(ENCODINGS)}; what the mapping declares, or UTF-8, unless said",
        )
        parser.add_argument(
            "--manifest", type=Path, metavar="FILE", help="what the operator declares of the file"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="held and rejected rows")
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        if options["rejects"] is not None:
            self._try_to_write(options["rejects"])
        try:
            batch = self._import(operator_of(options["operator"]), options)
        except (FileRefused, OperatorUnknown) as refused:
            raise CommandError(str(refused)) from refused
        seconds = time.monotonic() - began
        if options["json"]:
            self.stdout.write(json.dumps(as_json(batch, seconds=seconds)))
        else:
            self._show(batch, seconds=seconds)

    def _import(self, operator: Operator, options: dict[str, Any]) -> ImportBatch:
        now, by = timezone.now(), command("import_subscribers")
        with acting_in(SCOPE), transaction.atomic():
            batch = importing.propose(
                path=options["file"],
                operator=operator,
                mapping=options["mapping"],
                encoding=options["encoding"],
                manifest=_manifest(options["manifest"]),
                dry_run=options["dry_run"],
                progress=ProgressLine(self.stderr),
                now=now,
                by=by,
            )
            if options["dry_run"]:
                self._write_rejects(batch, options["rejects"])
                transaction.set_rollback(True)
                return batch
            approving.approve_by_command(batch=batch, now=now, by=by)
        return self._load(batch, options["rejects"], by)

    def _load(self, batch: ImportBatch, path: Path | None, by: Actor) -> ImportBatch:
        more = True
        while more:
            with acting_in(SCOPE):
                more = leading.step(batch_id=batch.pk, now=timezone.now(), by=by)
        with acting_in(SCOPE):
            batch.refresh_from_db()
            if batch.state != State.DONE:
                raise CommandError(
                    f"Batch {batch.pk} is {batch.get_state_display()}, {batch.chunks_done} of"
                    f" {batch.chunks} chunks loaded: somebody asked for that, or a worker leads"
                    " it on."
                )
            self._write_rejects(batch, path)
        return batch

    def _try_to_write(self, path: Path) -> None:
        """Before anything is taken in, so that nothing has to be taken back."""
        try:
            path.open("a").close()
        except OSError as error:
            raise CommandError(
                f"{path} cannot be written: {error.strerror}. Nothing was taken in."
            ) from error

    def _write_rejects(self, batch: ImportBatch, path: Path | None) -> None:
        if path is not None:
            with path.open("w", encoding="utf-8", newline="") as out:
                out.writelines(rejects.lines(batch))

    def _show(self, batch: ImportBatch, *, seconds: float) -> None:
        name = "Dry run, nothing was written" if batch.dry_run else f"Batch {batch.pk}"
        self.stdout.write(f"{name}: {batch.rows:,} rows in {seconds:.1f} s")
        for outcome in leading.OUTCOMES:
            self.stdout.write(f"  {outcome:<10}{getattr(batch, outcome):>12,}")
        missed = None if batch.dry_run else sequences.gap(batch)
        if missed is not None:
            self.stdout.write(f"  Files {missed[0]} to {missed[1]} of this operator never came.")


def _manifest(path: Path | None) -> Manifest | None:
    if path is None:
        return None
    try:
        return manifests.read(path.read_bytes())
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}.") from error


def as_json(batch: ImportBatch, *, seconds: float) -> dict[str, int | float | None]:
    """The object of `--json`; a dry run leaves no batch."""
    counts = {outcome: getattr(batch, outcome) for outcome in leading.OUTCOMES}
    number = None if batch.dry_run else batch.pk
    return {"batch": number, "rows": batch.rows, **counts, "seconds": round(seconds, 3)}
