"""How much somebody has looked at and done: figures and keys, which they need not be able to read.

A limit must hold also for what its person no longer reaches, so the walls answer behind the
policies of the audit tables, with nothing but the answer.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from healthcare.audit.actors import Actor


def people_seen_by(by: Actor, *, since: datetime) -> set[int]:
    """The patients whose health data this person has looked at since then; lines of lists are
    not counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT walls.people_seen_by(%s, %s)", [by.id, since])
        return {patient_id for (patient_id,) in cursor.fetchall()}


def times_done_by(by: Actor, *, actions: Sequence[str], since: datetime) -> int:
    """How often this person has done any of these since then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT walls.times_done_by(%s, %s, %s)", [by.id, list(actions), since])
        (times,) = cursor.fetchone()
    return int(times)
