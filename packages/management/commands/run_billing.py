"""`manage.py run_billing --month YYYY-MM`: draft and commit the documents of a month."""

import json
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.kernel.periods import parse_month
from healthcare.subscribers.models import Operator
from packages import billing
from packages.billing import RunSummary

QUIET_SECONDS = 2.0


class ProgressLine:
    """A line a chunk with count, rate and time left, once the work takes a while."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._began: dict[str, float] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        began = self._began.setdefault(what, time.monotonic())
        seconds = time.monotonic() - began
        if seconds < QUIET_SECONDS:
            return
        rate = done / seconds
        left = max(0, total - done) / rate
        self._write(f"{done:,} of {total:,} {what}, {rate:,.0f}/s, {left:,.0f} s left")


class Command(BaseCommand):
    """Bills every operator that has a policy, or one. Running it again adds what is missing."""

    help = "Bill a calendar month. Repeat it as you like: each document is made once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="YYYY-MM")
        parser.add_argument("--operator", help="code; every operator with a policy when left out")
        parser.add_argument("--dry-run", action="store_true", help="count and undo")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month = parse_month(options["month"]).start
        except ValueError as error:
            raise CommandError(f"--month: {error}.") from error
        try:
            summaries = billing.run_all(
                month=month,
                operators=self._operators(options["operator"]),
                as_of=timezone.now(),
                dry_run=options["dry_run"],
                progress=ProgressLine(self.stderr.write),
                by=command("run_billing"),
            )
        except billing.BillingRefused as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(summaries)))
            return
        for summary in summaries:
            self._tell(summary)

    def _operators(self, code: str | None) -> list[Operator]:
        found = Operator.objects.filter(billing_policy__isnull=False)
        if code:
            found = found.filter(code=code)
        operators = list(found)
        if not operators:
            raise CommandError(f"No operator {code or ''} with a billing policy: add one.")
        return operators

    def _tell(self, summary: RunSummary) -> None:
        tried = " (dry run: nothing is kept)" if summary.dry_run else ""
        self.stdout.write(
            f"{summary.run.operator}: {summary.subscriptions:,} subscriptions, "
            f"{summary.invoices_created:,} documents made, {summary.invoices_existing:,} there "
            f"before, total {summary.currency} {summary.total:,}{tried}"
        )
        for held in summary.held:
            self.stderr.write(f"held: patient {held.patient}: {held.code}: {held.detail}")


def _as_json(summaries: list[RunSummary]) -> dict[str, object]:
    return {
        "subscriptions": sum(summary.subscriptions for summary in summaries),
        "invoices_created": sum(summary.invoices_created for summary in summaries),
        "invoices_existing": sum(summary.invoices_existing for summary in summaries),
        "total": sum(summary.total for summary in summaries),
        "currency": summaries[0].currency,
        "held": sum(len(summary.held) for summary in summaries),
        "dry_run": summaries[0].dry_run,
    }
