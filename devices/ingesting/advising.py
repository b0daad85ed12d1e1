"""What the screen in the person's hand should say first.

A crisis value that was measured in the last day says: measure again. A second one within a
quarter of an hour says: call for help.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import connection

from devices.ingesting.judging import Held, Placed
from devices.ingesting.results import Advice
from devices.kinds.blood_pressure import limits
from devices.kinds.roads import WITHIN
from devices.models import QuarantineCode
from devices.standing import COUNTS
from healthcare.hospitals.scope import Scope, acting_in

_SECOND = f"""
SELECT DISTINCT n.i
  FROM unnest(%s::int[], %s::bigint[], %s::timestamptz[], %s::bigint[], %s::text[],
              %s::smallint[], %s::smallint[], %s::smallint[])
       AS n(i, patient_id, at, device_id, id, systolic, diastolic, pulse)
  JOIN devices_bloodpressurereading r ON r.patient_id = n.patient_id
   AND r.measured_at BETWEEN n.at - %s::interval AND n.at + %s::interval
   AND (r.systolic >= %s OR r.diastolic >= %s)
   AND (r.measured_at, r.device_id, r.device_reading_id) <> (n.at, n.device_id, n.id)
   -- The same reading by another road is no second one: devices.kinds.blood_pressure.roads.
   AND NOT (r.device_id <> n.device_id AND r.systolic = n.systolic AND r.diastolic = n.diastolic
            AND coalesce(r.pulse = n.pulse, true)
            AND r.measured_at BETWEEN n.at - %s::interval AND n.at + %s::interval)
 WHERE r.measured_at BETWEEN %s AND %s
   AND {COUNTS.format(reading="r", kind="blood_pressure", time="measured_at")}
"""


def advise(placed: Iterable[Placed], *, received_at: datetime) -> dict[int, Advice]:
    """Advice by index for readings that are stored."""
    crises = [p for p in placed if p.reading.is_crisis() and _is_fresh(p.reading.at, received_at)]
    if not crises:
        return {}
    people = frozenset(p.patient_id for p in crises)
    # As the application: the role of ingest sees no values.
    with acting_in(Scope.people(people), savepoint=False):
        second = _with_a_second(crises)
    return {p.index: "call_for_help" if p.index in second else "measure_again" for p in crises}


def alarming(held: Iterable[Held], *, received_at: datetime) -> list[Held]:
    """Items of quarantine with values from which a person should act, received as they happen."""
    return [
        item
        for item in held
        if item.reading is not None
        and item.reading.is_crisis()
        # A clock that runs ahead says nothing about when; what counts is that it came now.
        and (item.code == QuarantineCode.CLOCK_SUSPECT or _is_fresh(item.reading.at, received_at))
    ]


def _is_fresh(at: datetime, received_at: datetime) -> bool:
    return received_at - at <= limits.ADVICE_FOR


def _with_a_second(crises: Sequence[Placed]) -> set[int]:
    """The indices of those with another crisis reading of the same person close by."""
    times = [p.reading.at for p in crises]
    within = limits.SECOND_CRISIS_WITHIN
    with connection.cursor() as cursor:
        cursor.execute(
            _SECOND,
            [
                [p.index for p in crises],
                [p.patient_id for p in crises],
                times,
                [p.device_id for p in crises],
                [p.reading.id for p in crises],
                *_pressures(crises),
                str(within),
                str(within),
                limits.CRISIS_SYSTOLIC,
                limits.CRISIS_DIASTOLIC,
                str(WITHIN),
                str(WITHIN),
                min(times) - within,
                max(times) + within,
            ],
        )
        return {row[0] for row in cursor.fetchall()}


def _pressures(crises: Sequence[Placed]) -> Iterator[list[int | None]]:
    """Systolic, diastolic and pulse of each: crises are readings of blood pressure."""
    for name in ("systolic", "diastolic", "pulse"):
        yield [getattr(p.reading, name) for p in crises]
