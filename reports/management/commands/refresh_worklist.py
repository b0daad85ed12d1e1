"""`manage.py refresh_worklist`: bring every worklist row up to date now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from healthcare.hospitals.scope import Scope, acting_in
from reports.monitoring import state


class Command(BaseCommand):
    help = "Compute the worklist rows that have news. The worker does the same all the time."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        rows = 0
        more = True
        while more:
            with acting_in(Scope.system("refresh_worklist")):
                state.add_missing_rows(now=now)
                done = state.refresh(now=now)
            rows += done.rows
            more = done.more
        self.stdout.write(f"{rows} rows computed.")
