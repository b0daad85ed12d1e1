"""What the operator answers to a charge file, taken in once and whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers.models import Operator
from packages.models import ChargeAnswer, ChargeFile
from packages.operators import answer_file
from packages.operators.answer_file import AnswerFile
from packages.operators.answers import AnswerLine, LineStatus
from packages.operators.records import FileError


@dataclass(frozen=True, slots=True)
class Applied:
    """What an answer did, in lines; they add up to the answer's."""

    answer: ChargeAnswer
    already_read: bool
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    unchanged: int = 0
    """Answered the same before."""
    contradicting: tuple[str, ...] = ()
    """Keys answered otherwise before: nothing is changed, a person must look."""
    unmatched: tuple[str, ...] = ()
    """Keys that this file never held: a person must look."""


_APPLY = """
UPDATE packages_charge c
SET state = a.status, reason = a.reason, operator_ref = a.operator_ref, bill_month = a.bill_month
FROM unnest(%(keys)s::text[], %(statuses)s::text[], %(reasons)s::text[], %(refs)s::text[],
            %(months)s::date[]) AS a (key, status, reason, operator_ref, bill_month)
JOIN packages_charge known ON known.key = a.key
JOIN packages_chargeentry e ON e.charge_id = known.id AND e.file_id = %(file)s
WHERE c.id = known.id AND c.state IN ('sent', 'unknown')
  AND (c.state, c.reason) <> (a.status, a.reason)
RETURNING c.key, c.state
"""

_KNOWN = """
SELECT c.key, c.state, c.reason FROM packages_charge c
JOIN packages_chargeentry e ON e.charge_id = c.id AND e.file_id = %(file)s
WHERE c.key = ANY(%(keys)s)
"""


@transaction.atomic
def read_answer(
    *, file: Iterable[bytes], operator: Operator, as_of: datetime, by: Actor
) -> Applied:
    """Apply an answer, given as the lines of an open binary file.

    The same answer again changes nothing. A rejected file changes no charge: it is written and
    sent again under its number. Raises `FileError` naming line and field, and then nothing of the
    file is used. Called inside a system scope.
    """
    read = answer_file.read(file)
    charges = _answered(read, operator)
    answer, created = ChargeAnswer.objects.get_or_create(
        file=charges,
        sha256=read.sha256,
        defaults={
            "status": read.header.reason or read.header.status,
            "lines": len(read.lines),
            "applied": 0,
            "read_at": as_of,
            "actor": str(by),
        },
    )
    if not created:
        return Applied(answer, already_read=True, unchanged=len(read.lines))
    applied = _apply(answer, charges, read.lines)
    answer.applied = applied.accepted + applied.rejected + applied.unknown
    answer.save(update_fields=["applied"])
    record(
        action="packages.charges_answered",
        subject_type="charge_file",
        subject_id=charges.pk,
        details={"lines": answer.lines, "applied": answer.applied, "status": answer.status},
        at=as_of,
        by=by,
    )
    return applied


def _answered(read: AnswerFile, operator: Operator) -> ChargeFile:
    if read.header.merchant != operator.merchant:
        raise FileError(
            f"answers {read.header.merchant!r}, not {operator.merchant!r} of {operator.code}",
            line=1,
            field="merchant",
        )
    file = ChargeFile.objects.filter(operator=operator, file_seq=read.header.file_seq).first()
    if file is None:
        raise FileError(
            f"no file {read.header.file_seq} was written for {operator.code}; "
            "ask which file this answers",
            line=1,
            field="file_seq",
        )
    return file


def _apply(answer: ChargeAnswer, file: ChargeFile, answered: tuple[AnswerLine, ...]) -> Applied:
    columns: dict[str, Any] = {
        "file": file.pk,
        "keys": [line.key for line in answered],
        "statuses": [line.status.value for line in answered],
        "reasons": [line.reason.value if line.reason else "" for line in answered],
        "refs": [line.operator_ref for line in answered],
        "months": [_first_of(line.bill_month) for line in answered],
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, columns)
        moved: dict[str, str] = dict(cursor.fetchall())
        cursor.execute(_KNOWN, columns)
        known = {key: (state, reason) for key, state, reason in cursor.fetchall()}
    others = [line for line in answered if line.key in known and line.key not in moved]
    contradicting = [
        line.key
        for line in others
        if known[line.key] != (line.status.value, line.reason.value if line.reason else "")
    ]
    states = list(moved.values())
    return Applied(
        answer,
        already_read=False,
        accepted=states.count(LineStatus.ACCEPTED),
        rejected=states.count(LineStatus.REJECTED),
        unknown=states.count(LineStatus.UNKNOWN),
        unchanged=len(others) - len(contradicting),
        contradicting=tuple(contradicting),
        unmatched=tuple(line.key for line in answered if line.key not in known),
    )


def _first_of(month: str | None) -> date | None:
    return None if month is None else date.fromisoformat(f"{month}-01")
