"""Whom a wave invites: looked for chunk by chunk, each with its counts in one transaction.

`planned_up_to` moves with the rows, so a worker that is killed repeats nothing and leaves nothing
out.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from healthcare.audit.actors import Actor
from healthcare.inviting.models import InvitationWave, MessageKind, WaveState
from healthcare.inviting.waves import note
from healthcare.kernel.periods import local_date
from healthcare.patients.terms import OF_AGE

CHUNK = 5_000

# Who has a log-in or has agreed to something is a member already. One living invitation at a time,
# held by two unique indexes: what another wave takes meanwhile is left to it.
_PLAN = """
WITH chunk AS (
    SELECT id, patient_id, activated_on, ended_on FROM subscribers_contract
    WHERE operator_id = %(operator)s AND id > %(after)s ORDER BY id LIMIT %(chunk)s
), known AS (
    SELECT DISTINCT ON (p.id) c.id AS contract_id, p.id AS patient_id,
        coalesce(p.birth_date <= %(born_by)s, false) AS of_age,
        p.email <> '' AS smtp,
        p.postcode <> '' AND p.family_name || p.given_name <> '' AS letter,
        l.id IS NOT NULL AND NOT EXISTS (
            SELECT FROM subscribers_linesuspension s
            WHERE s.contract_id = c.id AND s.period @> %(today)s::date
        ) AS sms
    FROM chunk c JOIN patients_patient p ON p.id = c.patient_id
    LEFT JOIN subscribers_line l ON l.contract_id = c.id AND l.period @> %(today)s::date
    WHERE c.activated_on <= %(cut_over)s
      AND (c.ended_on IS NULL OR c.ended_on > greatest(%(cut_over)s, %(today)s))
      AND p.user_id IS NULL
      AND NOT EXISTS (SELECT FROM patients_consent t
                      WHERE t.patient_id = p.id AND t.period @> %(now)s)
      AND NOT EXISTS (SELECT FROM inviting_optout o WHERE o.patient_id = p.id)
      AND NOT EXISTS (
          SELECT FROM inviting_invitation i
          WHERE (i.patient_id = p.id OR i.contract_id = c.id)
            AND (i.wave_id = %(wave)s
                 OR num_nonnulls(i.accepted_at, i.expired_at, i.opted_out_at, i.withdrawn_at) = 0)
      )
    ORDER BY p.id, c.id
), placed AS (
    SELECT known.*, (
        SELECT channel FROM unnest(%(channels)s::text[]) WITH ORDINALITY AS w (channel, place)
        WHERE CASE channel WHEN 'smtp' THEN smtp WHEN 'letter' THEN letter
                           WHEN 'sms' THEN sms ELSE true END
        ORDER BY place LIMIT 1
    ) AS channel FROM known
), invited AS (
    INSERT INTO inviting_invitation (wave_id, patient_id, contract_id, channel, planned_at)
    SELECT %(wave)s, patient_id, contract_id, channel, %(now)s FROM placed
    WHERE of_age AND channel IS NOT NULL ORDER BY contract_id
    ON CONFLICT DO NOTHING
    RETURNING id, channel
), messages AS (
    INSERT INTO inviting_outboxmessage (wave_id, invitation_id, kind, channel, state, run_after)
    SELECT %(wave)s, id, %(first)s, channel, 'waiting', %(starts)s FROM invited ORDER BY id
)
SELECT (SELECT count(*) FROM invited),
       (SELECT count(*) FROM placed WHERE of_age AND channel IS NULL),
       (SELECT count(*) FROM placed WHERE NOT of_age),
       (SELECT max(id) FROM chunk)
"""


def step(*, wave_id: int, now: datetime, by: Actor, chunk: int = CHUNK) -> bool:
    """Look at the next contracts of the operator. Returns whether there may be more to look at.

    Call it in the system scope of a transaction, one at a time a wave: the row is locked.
    """
    wave = (
        InvitationWave.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("operator")
        .filter(pk=wave_id, state=WaveState.PLANNING)
        .first()
    )
    if wave is None:
        return False
    planned, unreachable, underage, last = _place(wave, now=now, chunk=chunk)
    if last is None:
        wave.state = WaveState.PLANNED
        note("looked_up", wave, now=now, by=by, planned=wave.planned)
    else:
        wave.planned += planned
        wave.unreachable += unreachable
        wave.underage += underage
        wave.planned_up_to = last
    wave.save(update_fields=["state", "planned", "unreachable", "underage", "planned_up_to"])
    return last is not None


def _place(wave: InvitationWave, *, now: datetime, chunk: int) -> tuple[int, int, int, int | None]:
    today = local_date(now, ZoneInfo(wave.operator.timezone))
    given: dict[str, Any] = {
        "wave": wave.pk,
        "operator": wave.operator_id,
        "after": wave.planned_up_to,
        "chunk": chunk,
        "born_by": _years_before(today),
        "cut_over": wave.cut_over_on,
        "today": today,
        "now": now,
        "channels": wave.channels,
        "first": MessageKind.FIRST,
        "starts": wave.starts_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PLAN, given)
        counts: tuple[int, int, int, int | None] = cursor.fetchone()
    return counts


def _years_before(today: date) -> date:
    """Who was born on this day or earlier is of age; of 29 February they are on 1 March."""
    if (today.month, today.day) == (2, 29):
        return date(today.year - OF_AGE, 2, 28)
    return today.replace(year=today.year - OF_AGE)
