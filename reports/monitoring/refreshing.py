"""The background work that keeps the worklist true: one transaction a person, never a long lock."""

from datetime import datetime, timedelta

from django.db import connection

from healthcare.hospitals.scope import Scope, acting_in
from reports.monitoring import state

# One refresh at a time: two would compute the same rows.
LOCK = 0x6D6D7773
CHUNK = 200


def refresh(*, limit: int, now: datetime) -> int:
    """Compute up to `limit` rows that have news or are old. Returns how many; 0 too when another
    process is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            return 0
        try:
            return _refresh(limit, now, state.AT_MOST_EVERY)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def refresh_everything(*, now: datetime) -> int:
    """Compute every row that has news, however young; waits for a process that is at it."""
    rows = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            while done := _refresh(CHUNK, now, timedelta(0)):
                rows += done
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return rows


def _refresh(limit: int, now: datetime, at_most_every: timedelta) -> int:
    scope = Scope.system("worklist refresh")
    with acting_in(scope):
        state.add_missing_rows(now=now)
        state.take_news(now=now)
        ids = state.waiting(limit=limit, now=now, at_most_every=at_most_every)
    for patient_id in ids:
        with acting_in(scope):
            state.compute(patient_id, now=now)
    return len(ids)
