"""`manage.py silent_devices --days N`: devices in somebody's hands that nobody heard lately."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import status
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Devices in somebody's hands since then that were not heard for so many days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="7, unless said")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        days: int = options["days"]
        if not 1 <= days <= 3650:
            raise CommandError(f"--days {days}: name a number of days from 1 to 3650.")
        with acting_in(Scope.system("silent_devices")):
            found = [
                {
                    "device": device.serial,
                    "kind": device.kind,
                    "last_seen_at": None if seen is None else seen.isoformat(),
                    "battery": device.status.battery if seen else None,
                }
                for device in status.silent(days=days, now=timezone.now())
                for seen in [device.last_seen_at]  # type: ignore[attr-defined]
            ]
        if options["json"]:
            self.stdout.write(json.dumps({"days": days, "silent": len(found), "devices": found}))
            return
        self.stdout.write(f"{len(found)} devices were silent for {days} days.")
        for one in found:
            self.stdout.write(f"  {one['device']}: last heard {one['last_seen_at'] or 'never'}")
