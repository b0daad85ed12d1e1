"""Alerts that open in the transaction that stores the reading: the crisis does not wait.

They open for everybody whose readings are stored, which takes consent to care and nothing else;
no package is asked.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from django.db import connection

from devices.binary import binary_cursor
from devices.ingesting.packing import Array
from devices.kinds.blood_pressure.limits import ADVICE_FOR
from devices.queries import StoredReading
from devices.retracting import counts
from healthcare.audit.actors import task
from healthcare.hospitals.scope import Scope, acting_in
from reports.models import AlertKind
from reports.monitoring.evidence import key_of, known_around, of_reading, untold
from reports.monitoring.opening import Evidence, open_alert

BY = task("reports.watching")
SECOND_WITHIN = timedelta(minutes=15)


def on_readings_stored(
    sender: object,
    *,
    patient_ids: Sequence[int],
    crises: Sequence[StoredReading],
    received_at: datetime,
    archived: bool = False,
    **_: object,
) -> None:
    """Receiver of `devices.signals.readings_stored`: note the news, open crises. What comes from
    an archive is late, however fresh: nobody is measuring at this moment."""
    note_news(patient_ids, at=received_at)
    high: dict[int, list[StoredReading]] = defaultdict(list)
    late: dict[int, list[datetime]] = defaultdict(list)
    for row in crises:
        # An older reading tells of yesterday: it shows in the worklist as "late, high".
        if archived or received_at - row.measured_at > ADVICE_FOR:
            late[row.patient_id].append(row.measured_at)
        else:
            high[row.patient_id].append(row)
    if not crises:
        return
    with acting_in(Scope.people(frozenset(high.keys() | late.keys())), savepoint=False):
        for patient_id in sorted(high.keys() | late.keys()):
            if patient_id in late:
                _note_late(patient_id, max(late[patient_id]), received_at)
            # One whose wrong time was set right before is sent once more: it rings nobody.
            if rows := [row for row in high.get(patient_id, ()) if counts(row)]:
                _crisis(patient_id, rows, received_at)


def on_readings_suspect(
    sender: object,
    *,
    patient_ids: Sequence[int | None],
    item_ids: Sequence[int],
    received_at: datetime,
    **rest: object,
) -> None:
    """Receiver of `devices.signals.readings_suspect`: high values that cannot be believed as they
    came, received now. Somebody checks with the person, once it is known whose they are."""
    found = [
        (patient_id, item_id)
        for patient_id, item_id in zip(patient_ids, item_ids, strict=True)
        if patient_id is not None
    ]
    if not found:
        return
    people = frozenset(patient_id for patient_id, _ in found)
    with acting_in(Scope.people(people), savepoint=False):
        for patient_id, item_id in sorted(found):
            open_alert(
                patient_id=patient_id,
                kind=AlertKind.SUSPECT,
                evidence=[Evidence(key=f"quarantine:{item_id}")],
                reason={},
                now=received_at,
                by=BY,
            )


def note_news(patient_ids: Collection[int], *, at: datetime) -> None:
    """Note that these people have news, in one narrow row: `state.take_news` makes it known to
    their worklist rows, so that no post ever waits for another."""
    with binary_cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_news (patient_ids, received_at) VALUES (%s, %s)",
            [Array("bigint", np.array(sorted(patient_ids), np.int64)), at],
        )


def _crisis(patient_id: int, rows: list[StoredReading], received_at: datetime) -> None:
    known = known_around(patient_id, AlertKind.CRISIS, rows, within=SECOND_WITHIN)
    fresh = untold(known, rows)
    if not fresh:
        return
    highest = max(fresh, key=lambda r: (r.systolic, r.diastolic))
    open_alert(
        patient_id=patient_id,
        kind=AlertKind.CRISIS,
        evidence=[of_reading(r) for r in fresh],
        reason={
            "systolic": highest.systolic,
            "diastolic": highest.diastolic,
            "measured_at": highest.measured_at.isoformat(),
        },
        urgent=_confirmed([*known, *fresh]),
        now=received_at,
        by=BY,
    )


def _confirmed(rows: list[StoredReading]) -> bool:
    """Whether two crisis readings lie within 15 minutes of each other."""
    times = sorted({key_of(row): row.measured_at for row in rows}.values())
    return any(later - earlier <= SECOND_WITHIN for earlier, later in pairwise(times))


def _note_late(patient_id: int, measured_at: datetime, received_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_patientstate (patient_id, news_at, late_high_at, bucket, severity,"
            " days_with_data, sufficient, sparkline)"
            " VALUES (%s, %s, %s, 'no_data', 3, 0, false, '[]')"
            " ON CONFLICT (patient_id) DO UPDATE"
            " SET late_high_at ="
            " greatest(reports_patientstate.late_high_at, EXCLUDED.late_high_at)",
            [patient_id, received_at, measured_at],
        )
