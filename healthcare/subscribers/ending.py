"""Actions of an operator on a line besides its files: it ended, was ported away, is suspended.

All are called inside a system scope. Days are days of the operator; none may lie in the future,
because what is bound to a line ends in the transaction that says so.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.kernel.periods import local_date
from healthcare.subscribers.leading import LOCK
from healthcare.subscribers.line_ends import Cause, LineEnd, announce
from healthcare.subscribers.models import Contract, Line, LineSuspension


class CannotEnd(ValueError):
    """What was asked cannot be; the message says why and what to do."""


@transaction.atomic
def end(
    *, contract: Contract, on: date, cause: Cause = Cause.LINE_ENDED, now: datetime, by: Actor
) -> Contract:
    """The contract is over; `on` is the first day without it. `cause` is PORTED or LINE_ENDED.

    Of several words on the same contract the earliest day counts, so the same again, or a later day
    that comes late, changes nothing.

    Raises:
        CannotEnd: the day lies in the future or before the activation.
    """
    assert cause in (Cause.PORTED, Cause.LINE_ENDED), "the others are found by an import"
    contract = _locked(contract)
    today = _today(contract, now)
    if on > today:
        raise CannotEnd(f"{on} lies in the future: say it when the day has come.")
    if on < contract.activated_on:
        raise CannotEnd(
            f"{on} lies before the activation on {contract.activated_on}: check the date."
        )
    if contract.ended_on is not None and contract.ended_on <= on:
        if contract.ended_because == Cause.NUMBER_RECYCLED:
            # From now on it is over by word: no older file brings it back with another number.
            contract.ended_because = cause.value
            contract.save(update_fields=["ended_because"])
        return contract
    lines = list(Line.objects.filter(contract=contract).order_by("period"))
    for line in lines:
        if line.period.upper is None or line.period.upper > on:
            _cut(line, on)
    contract.ended_on, contract.ended_because = on, cause.value
    contract.save(update_fields=["ended_on", "ended_because"])
    number = lines[-1].number if lines else ""
    announce(
        [LineEnd(contract.pk, contract.patient_id, number, on, cause)], today=today, now=now, by=by
    )
    _note("subscribers.line_ended", contract, on, now, by, cause=cause.value)
    return contract


@transaction.atomic
def suspend(*, contract: Contract, since: date, now: datetime, by: Actor) -> None:
    """The operator cut the line off from `since`, until it resumes it. Again changes nothing.

    Sessions opened through the line end, it opens nothing and its planned charges wait.

    Raises:
        CannotEnd: the day lies in the future or before the activation, or the contract is over.
    """
    contract = _locked(contract)
    today = _today(contract, now)
    if since > today or since < contract.activated_on:
        raise CannotEnd(
            f"{since} is not between the activation on {contract.activated_on} and today: check"
            " the date."
        )
    if contract.ended_on is not None:
        raise CannotEnd(f"The contract ended on {contract.ended_on}: it cannot be suspended.")
    if LineSuspension.objects.filter(contract=contract, period__upper_inf=True).exists():
        return
    before = LineSuspension.objects.filter(contract=contract).order_by("-period").first()
    since = max(since, before.period.upper) if before else since
    LineSuspension.objects.create(contract=contract, period=DateRange(since, None))
    line = Line.objects.filter(contract=contract, period__upper_inf=True).first()
    number = line.number if line is not None else ""
    announce(
        [LineEnd(contract.pk, contract.patient_id, number, since, Cause.LINE_SUSPENDED)],
        today=today,
        now=now,
        by=by,
    )
    _note("subscribers.line_suspended", contract, since, now, by)


@transaction.atomic
def resume(*, contract: Contract, on: date, now: datetime, by: Actor) -> None:
    """The line works again from `on`. A line that is not suspended stays as it is.

    Raises:
        CannotEnd: the day lies in the future.
    """
    contract = _locked(contract)
    if on > _today(contract, now):
        raise CannotEnd(f"{on} lies in the future: say it when the day has come.")
    open_one = LineSuspension.objects.filter(contract=contract, period__upper_inf=True).first()
    if open_one is None:
        return
    if on <= open_one.period.lower:
        open_one.delete()
    else:
        open_one.period = DateRange(open_one.period.lower, on)
        open_one.save(update_fields=["period"])
    _note("subscribers.line_resumed", contract, on, now, by)


def _locked(contract: Contract) -> Contract:
    """In turn with imports, which settle numbers on the belief that nobody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return Contract.objects.select_related("operator").get(pk=contract.pk)


def _today(contract: Contract, now: datetime) -> date:
    return local_date(now, ZoneInfo(contract.operator.timezone))


def _cut(line: Line, on: date) -> None:
    if line.period.lower >= on:
        line.delete()
    else:
        line.period = DateRange(line.period.lower, on)
        line.save(update_fields=["period"])


def _note(
    action: str, contract: Contract, on: date, now: datetime, by: Actor, *, cause: str = ""
) -> None:
    record(
        action=action,
        subject_type="contract",
        subject_id=contract.pk,
        patient_id=contract.patient_id,
        details={"on": on.isoformat(), **({"cause": cause} if cause else {})},
        at=now,
        by=by,
    )
