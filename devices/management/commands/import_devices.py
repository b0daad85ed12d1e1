"""`manage.py import_devices FILE`: a shipment of devices into stock."""

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from devices import shipments
from devices.shipments import OUTCOMES, Secrets
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.loading.reading import ENCODINGS, FileRefused


class Command(BaseCommand):
    help = "Take in a shipment of devices (docs/device-life.md), whole or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--encoding", help=f"{', '.join(ENCODINGS)}; UTF-8 unless said")
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="lines to correct")
        parser.add_argument(
            "--secrets",
            type=Path,
            metavar="FILE",
            help="a new file for keys and box codes, readable for you alone",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        began, now = time.monotonic(), timezone.localtime()
        dry_run: bool = options["dry_run"]
        if not dry_run and options["secrets"] is None:
            raise CommandError(
                "Name a file for the keys and codes of new devices with --secrets FILE, or try"
                " the shipment with --dry-run: they are shown once and kept by nobody."
            )
        try:
            with acting_in(Scope.system("import of a shipment")), transaction.atomic():
                found = shipments.take_in(
                    path=options["file"],
                    encoding=options["encoding"],
                    keep=lambda new: None if dry_run else _keep(options["secrets"], new),
                    today=now.date(),
                    now=now,
                    by=command("import_devices"),
                )
                if options["rejects"] is not None:
                    options["rejects"].write_text(
                        shipments.rejects_csv(found.rejects), encoding="utf-8"
                    )
                transaction.set_rollback(dry_run)
        except FileRefused as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            raise CommandError(
                f"{error.filename} cannot be written: {error.strerror}. Nothing was taken in."
            ) from error
        counts = {name: found.counts[name] for name in OUTCOMES}
        if options["json"]:
            seconds = round(time.monotonic() - began, 3)
            answer = {"rows": found.rows, **counts, "dry_run": dry_run, "seconds": seconds}
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(f"{found.rows} lines{', nothing was written' if dry_run else ''}")
        for name, count in counts.items():
            self.stdout.write(f"  {name:<10}{count:>10,}")
        for one in found.rejects:
            self.stderr.write(f"Line {one.line}, {one.field or 'cells'}: {one.text}")


def _keep(path: Path, new: Iterable[Secrets]) -> None:
    """A file of its own, so that no earlier keys are written over."""
    rows = list(new)
    if not rows:
        return
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(shipments.secrets_csv(rows))
