"""The background work that keeps the worklist true: one transaction a person, never a long lock."""

from datetime import datetime

from django.db import connection

from healthcare.hospitals.scope import Scope, acting_in
from reports.monitoring import state

# One refresh at a time: two would compute the same rows.
LOCK = 0x6D6D7773


def refresh(*, limit: int, now: datetime) -> int:
    """Compute up to `limit` rows that have news or are old. Returns how many; 0 too when another
    process is at it."""
    scope = Scope.system("worklist refresh")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            return 0
        try:
            with acting_in(scope):
                state.add_missing_rows(now=now)
                ids = state.waiting(limit=limit, now=now)
            for patient_id in ids:
                with acting_in(scope):
                    state.compute(patient_id, now=now)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return len(ids)
