"""The billing of a calendar month: draft, look, commit; safe to repeat and to kill.

The run opens its own scope, a transaction a chunk: a million documents are not one transaction.
Each chunk first locks the row of its run, so two starts at once work one after the other and the
second finds made what the first has made.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, Sum

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.kernel.periods import ONE_DAY, Period, calendar_month, local_date, month_text
from healthcare.subscribers.models import Operator
from packages import stopping
from packages.billing import committing, plain, replayed
from packages.billing.assignment import Assignment
from packages.billing.replayed import Held
from packages.models import BillingPolicy, BillingRun, Invoice, RunState, Subscription

PEOPLE_A_CHUNK = 50_000
REPLAYED_A_CHUNK = 500

Progress = Callable[[str, int, int], None]
"""Told what is counted (`people` looked at, `documents` numbered), how many, of how many."""


class BillingRefused(ValueError):
    """A run that cannot be: the message says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a start of a run did. Money in minor units of `currency`."""

    run: BillingRun
    dry_run: bool
    subscriptions: int
    """Open on some day of the month, free ones included."""
    invoices_created: int
    invoices_existing: int
    """Documents of the month that an earlier start had made."""
    total: int
    """Of all documents of the month."""
    currency: str
    held: tuple[Held, ...]


class _Undo(Exception):
    """Leaves the transaction of a dry run."""


def _quiet(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def run(
    *,
    month: date,
    operator: Operator,
    as_of: datetime,
    dry_run: bool = False,
    progress: Progress = _quiet,
    by: Actor,
) -> RunSummary:
    """Draft and commit the documents of `month` (any day in it) dated up to `as_of`.

    Raises `BillingRefused` for a month that has not begun or an operator without a policy.
    """
    if not dry_run:
        summary = draft(month=month, operator=operator, as_of=as_of, progress=progress, by=by)
        commit(run=summary.run, as_of=as_of, progress=progress, by=by)
        return summary
    kept: list[RunSummary] = []
    try:
        with transaction.atomic():
            kept.append(
                draft(month=month, operator=operator, as_of=as_of, progress=progress, by=by)
            )
            raise _Undo
    except _Undo:
        return replace(kept[0], dry_run=True)


def run_all(
    *,
    month: date,
    operators: list[Operator],
    as_of: datetime,
    dry_run: bool = False,
    progress: Progress = _quiet,
    by: Actor,
) -> list[RunSummary]:
    """`run` for several operators, one after the other.

    Raises `BillingRefused` before the first when they bill in different currencies: their totals
    would not add up.
    """
    currencies = {operator.currency for operator in operators}
    if len(currencies) > 1:
        raise BillingRefused(
            f"The operators bill in {', '.join(sorted(currencies))}: name one of them."
        )
    return [
        run(month=month, operator=operator, as_of=as_of, dry_run=dry_run, progress=progress, by=by)
        for operator in operators
    ]


def draft(
    *, month: date, operator: Operator, as_of: datetime, progress: Progress = _quiet, by: Actor
) -> RunSummary:
    """Make the missing drafts of a month; what earlier starts made stays as it is."""
    with acting_in(Scope.system("billing run")):
        assignment = _assigned(calendar_month(month), operator, as_of, by)
    with _chunk(assignment.run):
        stopping.catch_up(operator=operator, now=as_of, by=by)
        existing, total = _documents(assignment.run), plain.people(assignment)
    held: list[Held] = []
    after = done = 0
    while True:
        with _chunk(assignment.run):
            people = plain.next_range(assignment, after=after, size=PEOPLE_A_CHUNK)
            if people is None:
                break
            plain.draft(assignment, people)
            others = plain.others(assignment, people)
        for start in range(0, len(others), REPLAYED_A_CHUNK):
            with _chunk(assignment.run):
                held += replayed.draft(assignment, others[start : start + REPLAYED_A_CHUNK]).held
        done += people.count
        progress("people", done, total)
        after = people.upto
    with _chunk(assignment.run):
        return _finish_draft(assignment, existing, held, as_of, by)


def commit(*, run: BillingRun, as_of: datetime, progress: Progress = _quiet, by: Actor) -> None:
    """Issue every draft of a run, numbered; committing a committed run issues nothing."""
    policy = BillingPolicy.objects.get(operator_id=run.operator_id)
    assignment = Assignment(run, policy, calendar_month(run.month), run.as_of + ONE_DAY)
    issued = 0
    while True:
        with _chunk(run):
            some = committing.number(assignment, size=PEOPLE_A_CHUNK, now=as_of)
        if not some:
            break
        issued += some
        progress("documents", issued, run.invoices)
    with _chunk(run):
        run.state, run.committed_at = RunState.COMMITTED, as_of
        run.save(update_fields=["state", "committed_at"])
        record(
            action="packages.billing_committed",
            subject_type="billing_run",
            subject_id=run.pk,
            details={"issued": issued},
            at=as_of,
            by=by,
        )


def _assigned(month: Period, operator: Operator, as_of: datetime, by: Actor) -> Assignment:
    today = local_date(as_of, ZoneInfo(operator.timezone))
    if today < month.start:
        raise BillingRefused(
            f"{month_text(month)} has not begun in {operator.timezone}: "
            f"bill it from {month.start} on."
        )
    policy = BillingPolicy.objects.select_related("issuer").filter(operator=operator).first()
    if policy is None:
        raise BillingRefused(f"{operator.code} has no billing policy: add one in the catalogue.")
    until = min(month.end, today + ONE_DAY)
    started, _ = BillingRun.objects.update_or_create(
        operator=operator,
        month=month.start,
        defaults={
            "as_of": until - ONE_DAY,
            "state": RunState.DRAFTING,
            "started_at": as_of,
            "actor": str(by),
        },
        create_defaults={
            "issuer": policy.issuer,
            "as_of": until - ONE_DAY,
            "started_at": as_of,
            "actor": str(by),
            "currency": operator.currency,
        },
    )
    return Assignment(started, policy, month, until)


@contextmanager
def _chunk(run: BillingRun) -> Iterator[None]:
    with acting_in(Scope.system("billing run")):
        BillingRun.objects.select_for_update().get(pk=run.pk)
        yield


def _documents(run: BillingRun) -> int:
    return Invoice.objects.filter(run=run).count()


def _finish_draft(
    assignment: Assignment, existing: int, held: list[Held], as_of: datetime, by: Actor
) -> RunSummary:
    run, month = assignment.run, assignment.month
    found = Invoice.objects.filter(run=run).aggregate(count=Count("pk"), total=Sum("total"))
    run.subscriptions = Subscription.objects.filter(
        operator_id=run.operator_id, period__overlap=DateRange(month.start, month.end)
    ).count()
    run.invoices, run.total = found["count"], found["total"] or 0
    run.held = [asdict(entry) for entry in held]
    run.state, run.finished_at = RunState.DRAFTED, as_of
    run.save()
    record(
        action="packages.billing_drafted",
        subject_type="billing_run",
        subject_id=run.pk,
        details={"documents": run.invoices, "held": len(held), "total": run.total},
        at=as_of,
        by=by,
    )
    return RunSummary(
        run=run,
        dry_run=False,
        subscriptions=run.subscriptions,
        invoices_created=max(0, run.invoices - existing),
        invoices_existing=min(existing, run.invoices),
        total=run.total,
        currency=run.currency,
        held=tuple(held),
    )
