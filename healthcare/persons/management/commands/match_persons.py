"""`manage.py match_persons [--batch N]`: look for records of one person."""

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.persons import finding
from healthcare.persons.finding import Found
from healthcare.persons.models import Search
from healthcare.subscribers.models import ImportBatch

BY = command("match_persons")


class Command(BaseCommand):
    """Compares people with everybody who came by another route, chunk by chunk."""

    help = "Look for records of one person; what is found waits for the support desk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, help="people of this import; everybody without")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        batch = options["batch"]
        found = self._everybody() if batch is None else self._of(batch)
        said = {**asdict(found), "seconds": round(time.monotonic() - began, 3)}
        if options["json"]:
            self.stdout.write(json.dumps(said))
        else:
            self.stdout.write(f"{found.compared:,} pairs compared, {found.found:,} to look at.")

    def _of(self, batch: int) -> Found:
        with acting_in(Scope.system("the import to search")):
            if not ImportBatch.objects.filter(pk=batch).exists():
                raise CommandError(f"There is no batch {batch}.")
        going = True
        while going:
            with acting_in(Scope.system("records of one person after an import")):
                going = finding.step(batch_id=batch, now=timezone.now(), by=BY)
        search = Search.objects.get(batch=batch)
        return Found(search.compared, search.found)

    def _everybody(self) -> Found:
        after, found = 0, Found()
        while True:
            with acting_in(Scope.system("records of one person among everybody")):
                last, more = finding.look_among(after=after, now=timezone.now())
            if last == after:
                return found
            after, found = last, found + more
            self.stderr.write(f"{found.compared:,} pairs compared, {found.found:,} to look at")
