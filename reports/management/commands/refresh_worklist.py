"""`manage.py refresh_worklist`: bring every worklist row up to date now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.monitoring import refreshing


class Command(BaseCommand):
    help = "Compute the worklist rows that have news. The worker does the same all the time."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = refreshing.refresh_everything(now=timezone.now())
        self.stdout.write(f"{rows} rows computed.")
