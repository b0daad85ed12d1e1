"""`manage.py count_alerts`: how many alerts stand, by kind; no names."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count

from healthcare.hospitals.scope import Scope, acting_in
from reports.models import Alert, AlertKind, AlertState


class Command(BaseCommand):
    help = "Count the alerts that nobody has resolved, by kind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_in(Scope.system("count_alerts")):
            standing = Alert.objects.exclude(state=AlertState.RESOLVED)
            found = dict(standing.order_by().values_list("kind").annotate(n=Count("pk")))
        counts = {kind.value: found.get(kind.value, 0) for kind in AlertKind}
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        else:
            self.stdout.write(", ".join(f"{n} {kind}" for kind, n in counts.items()))
