"""`manage.py subscribe --operator-subscriber-id ID --package CODE`: a person takes a package."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.queries import SubscriberUnknown, contract_of
from packages import queries, subscribing
from packages.models import Subscription
from packages.pricing.problems import HistoryError


class Command(BaseCommand):
    """Subscribes, or changes the package of somebody who has another; the same again is fine."""

    help = "Give a consenting subscriber a package."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--operator-subscriber-id", required=True)
        parser.add_argument("--operator", default="demo", help="code")
        parser.add_argument("--package", required=True, help="code")
        parser.add_argument("--on", type=date.fromisoformat, help="YYYY-MM-DD; today unless said")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_in(Scope.system("subscribe")):
                row = self._subscribe(options)
        except SubscriberUnknown as error:
            raise CommandError(str(error)) from error
        except HistoryError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(row)))
        else:
            self.stdout.write(f"{row.package.code} from {row.period.lower}")

    def _subscribe(self, options: dict[str, Any]) -> Subscription:
        now = timezone.now()
        patient = contract_of(
            operator_code=options["operator"],
            operator_subscriber_id=options["operator_subscriber_id"],
        ).patient
        on = options["on"] or subscribing.today_of(patient, now=now)
        what = {"patient": patient, "package": options["package"], "on": on, "now": now}
        current = queries.current_subscription(patient.pk, on)
        if current is None:
            return subscribing.subscribe(**what, by=command("subscribe"))
        if current.package.code == options["package"]:
            return current
        return subscribing.change(**what, by=command("subscribe"))


def _as_json(row: Subscription) -> dict[str, object]:
    end = row.ends_on()
    return {
        "package": row.package.code,
        "from": row.period.lower.isoformat(),
        "to": end.isoformat() if end else None,
    }
