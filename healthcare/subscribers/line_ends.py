"""What the end of a line does, in the transaction that ends it, whichever way it came.

Everything bound to the line ends: sign-in through it, sessions opened through it and, by the signal
`lines_ended`, whatever higher rooms bound to it. Care does not: the person, their log-in, devices,
consents, readings and reports are not bound to a line, and nothing here touches them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.accounts import sessions
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers.models import Contract, Line, LineAccess, LineSession
from healthcare.subscribers.signals import ends_undone, lines_ended


class Cause(StrEnum):
    """Why something bound to a line or number ends, in the words of the operator's answers."""

    NUMBER_RECYCLED = "number_recycled"
    """The number, or the contract id, belongs to a later activation."""
    PORTED = "ported"
    LINE_ENDED = "line_ended"
    LINE_SUSPENDED = "line_suspended"
    """Until the operator resumes it; planned charges wait."""
    NUMBER_CHANGED = "number_changed"
    """The same person goes on under another number: only what waits for the old number ends."""

    @property
    def ends_contract(self) -> bool:
        """Whether the person has nothing more to do with this contract."""
        return self in (Cause.NUMBER_RECYCLED, Cause.PORTED, Cause.LINE_ENDED)


@dataclass(frozen=True, slots=True)
class LineEnd:
    """One end. `number` is E.164, empty when the contract had none; `on` the first day without."""

    contract_id: int
    patient_id: int
    number: str
    on: date
    cause: Cause


@dataclass(frozen=True, slots=True)
class Standing:
    """What a contract has: its first day without (None while it lives), why, and its number."""

    patient_id: int
    ended_on: date | None
    ended_because: str
    number: str


def announce(ends: Sequence[LineEnd], *, today: date, now: datetime, by: Actor) -> None:
    """End all that is bound to these lines. `today` is the operator's day of this change."""
    if not ends:
        return
    dead = [end for end in ends if end.cause.ends_contract]
    _end_accesses(dead, now=now, by=by)
    shut = [end.contract_id for end in ends if end.cause is not Cause.NUMBER_CHANGED]
    end_sessions(shut, now=now, by=by)
    lines_ended.send(None, ends=list(ends), today=today, now=now, by=by)


def reopen(contract_ids: Sequence[int], *, now: datetime, by: Actor) -> int:
    """Contracts that live again open the log-in that they opened last. Returns how many do.

    A contract is one person for ever, so this gives nothing to anybody else. An access that the
    member took away stays away, and so does one whose account opens another log-in by now.
    """
    latest = (
        LineAccess.objects.filter(contract_id__in=contract_ids)
        .order_by("contract_id", "-period")
        .distinct("contract_id")
    )
    causes = [cause.value for cause in Cause]
    reopened = 0
    for access in latest:
        taken = LineAccess.objects.filter(
            operator_id=access.operator_id, subject=access.subject, period__upper_inf=True
        )
        if access.ended_because not in causes or taken.exists():
            continue
        access.pk, access.period, access.ended_because = None, DateTimeTZRange(now, None), ""
        access.save(force_insert=True)
        _note("subscribers.line_access_reopened", access.user_id, access.patient_id, now, by)
        reopened += 1
    return reopened


def standing(contract_ids: Sequence[int]) -> dict[int, Standing]:
    """What these contracts have now, to be compared with what they have after a change."""
    numbers = dict(
        Line.objects.filter(contract_id__in=contract_ids, period__upper_inf=True).values_list(
            "contract_id", "number"
        )
    )
    return {
        pk: Standing(patient_id, ended_on, because, numbers.get(pk, ""))
        for pk, patient_id, ended_on, because in Contract.objects.filter(
            pk__in=contract_ids
        ).values_list("pk", "patient_id", "ended_on", "ended_because")
    }


def announce_undone(
    before: dict[int, Standing], *, today: date, now: datetime, by: Actor
) -> list[str]:
    """After a roll-back: bring back what had ended with a contract that lives again, end what is
    bound to one that is dead again. Returns sentences on what stays as it is."""
    after = standing(list(before))
    revived = [pk for pk, was in before.items() if was.ended_on and not _ended_on(after, pk)]
    ends = [
        LineEnd(pk, was.patient_id, was.number, _ended_on(after, pk) or today, _cause(after, pk))
        for pk, was in before.items()
        if (not was.ended_on and _ended_on(after, pk))
        or (was.number and pk in after and after[pk].number != was.number)
    ]
    announce(ends, today=today, now=now, by=by)
    reopened = reopen(revived, now=now, by=by)
    notes = []
    if reopened:
        notes.append(
            f"{reopened} may sign in through their operator again, but sessions that had been open"
            " through the line stay ended."
        )
    if revived:
        answers = ends_undone.send(None, contract_ids=revived, today=today, now=now, by=by)
        notes += [str(note) for _, note in answers if note]
    return notes


def _ended_on(after: dict[int, Standing], contract_id: int) -> date | None:
    return after[contract_id].ended_on if contract_id in after else None


def _cause(after: dict[int, Standing], contract_id: int) -> Cause:
    if _ended_on(after, contract_id) is None:
        return Cause.NUMBER_CHANGED
    return Cause(after[contract_id].ended_because or Cause.LINE_ENDED)


def _end_accesses(dead: Sequence[LineEnd], *, now: datetime, by: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE subscribers_lineaccess a
            SET period = tstzrange(lower(a.period), greatest(%s, lower(a.period))),
                ended_because = e.cause
            FROM unnest(%s::bigint[], %s::text[]) AS e (contract_id, cause)
            WHERE a.contract_id = e.contract_id AND upper_inf(a.period)
            RETURNING a.user_id, a.patient_id
            """,
            [now, [end.contract_id for end in dead], [end.cause.value for end in dead]],
        )
        ended = cursor.fetchall()
    for user_id, patient_id in ended:
        _note("subscribers.line_access_ended", user_id, patient_id, now, by)


def end_sessions(contract_ids: Sequence[int], *, now: datetime, by: Actor) -> None:
    """End the sessions that were opened through these contracts, and no others."""
    accesses = LineAccess.objects.filter(contract_id__in=contract_ids)
    # A sign-in through one of them that is under way is waited for, or waits and is refused.
    list(accesses.select_for_update(of=("self",)).values_list("pk"))
    opened = LineSession.objects.filter(access__contract_id__in=contract_ids)
    sessions.end_these(
        list(opened.values_list("session_id", flat=True)), why="line", now=now, by=by
    )
    opened.delete()


def _note(action: str, user_id: int, patient_id: int, now: datetime, by: Actor) -> None:
    record(
        action=action,
        subject_type="user",
        subject_id=user_id,
        patient_id=patient_id,
        at=now,
        by=by,
    )
