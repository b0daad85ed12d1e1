"""The end of a line ends what its contract pays for, in the transaction that ends the line.

Set by set, because an import may end many lines:

- charges planned but not written yet, for days from the end on, are stopped;
- the subscription stops on the first day without the line, so no further charge comes. What was
  issued before the news came stands: an issued document never changes, and the operator's answer
  says what it collected. Then the subscription stops the day after the last such document;
- a suspended line stops nothing: `charging` holds what is planned until it works again.

The person's readings, reports and clinic know nothing of this. Who wants a package again takes it
on a living contract of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.kernel.periods import local_date
from healthcare.subscribers.line_ends import Cause, LineEnd
from healthcare.subscribers.models import Operator
from packages import projecting
from packages.decisions import standing_of
from packages.models import Do, SubscriptionEvent
from packages.pricing.problems import HistoryError

_CHARGES = """
UPDATE packages_charge c SET state = 'stopped', reason = e.cause
FROM packages_invoice i
JOIN unnest(%(contracts)s::bigint[], %(days)s::date[], %(causes)s::text[])
    AS e (contract_id, day, cause) ON e.contract_id = i.payer_contract_id
WHERE i.id = c.invoice_id AND c.state = 'planned' AND i.date >= e.day
"""

# Only a subscription that still runs, is to begin, or has days that were not billed yet is stopped;
# one that was left before and is paid stays.
_STOPS = """
SELECT h.patient_id, h.contract_id, greatest(h.day,
    (SELECT max(i.date) + 1 FROM packages_invoice i
     WHERE i.patient_id = h.patient_id AND i.state = 'issued' AND i.date >= h.day))
FROM (
    SELECT s.patient_id, min(e.contract_id) AS contract_id,
        greatest(min(e.day), min(lower(s.period))) AS day
    FROM packages_subscription s
    JOIN unnest(%(contracts)s::bigint[], %(days)s::date[]) AS e (contract_id, day)
        ON e.contract_id = s.payer_contract_id
    WHERE coalesce(upper(s.period), 'infinity') > e.day
    GROUP BY s.patient_id
    HAVING bool_or(coalesce(upper(s.period), 'infinity') > least(%(today)s, coalesce(
        (SELECT max(upper(l.period)) FROM packages_invoiceline l
         JOIN packages_invoice i ON i.id = l.invoice_id
         WHERE l.subscription_id = s.id AND l.kind = 'fixed' AND i.state = 'issued'),
        lower(s.period))))
) h
ORDER BY h.patient_id
"""

_STOP = "unnest(%(patients)s::bigint[], %(payers)s::bigint[], %(stops)s::date[])"
_STOP += " AS h (patient_id, contract_id, day)"

# What was decided on a line that was gone already is void.
_WRITE = (
    f"""
    UPDATE packages_subscriptionevent v SET withdrawn = true FROM {_STOP}
    WHERE v.patient_id = h.patient_id AND v."on" >= h.day AND NOT v.withdrawn
    """,
    f"""
    INSERT INTO packages_subscriptionevent
        (patient_id, sequence, "on", "do", "when", payer_contract_id, trial_days,
         minimum_term_months, withdrawn, recorded_at, actor)
    SELECT h.patient_id, (SELECT coalesce(max(v.sequence), 0) + 1 FROM packages_subscriptionevent v
        WHERE v.patient_id = h.patient_id), h.day, 'stop', '', h.contract_id, 0, 0, false,
        %(now)s, %(actor)s
    FROM {_STOP}
    """,
    # Drafts of days that are not to be: the run makes those that are left anew.
    f"""
    WITH draft AS (
        SELECT i.id FROM packages_invoice i JOIN {_STOP} ON h.patient_id = i.patient_id
        WHERE i.state = 'draft' AND i.date >= h.day
    ), lines AS (
        DELETE FROM packages_invoiceline l USING draft WHERE l.invoice_id = draft.id
    ), taxes AS (
        DELETE FROM packages_invoicetax t USING draft WHERE t.invoice_id = draft.id
    )
    DELETE FROM packages_invoice i USING draft WHERE i.id = draft.id
    """,
    f"""
    DELETE FROM packages_subscription s USING {_STOP}
    WHERE s.patient_id = h.patient_id AND lower(s.period) >= h.day
    """,
    f"""
    UPDATE packages_subscription s SET period = daterange(lower(s.period), h.day) FROM {_STOP}
    WHERE s.patient_id = h.patient_id AND s.period @> h.day
    """,
)

_UNSTOP_CHARGES = """
UPDATE packages_charge SET state = 'planned', reason = ''
WHERE payer_contract_id = ANY(%s) AND state = 'stopped'
"""


def stop(
    sender: object,
    *,
    ends: Sequence[LineEnd],
    today: date,
    now: datetime,
    by: Actor,
    **_: object,
) -> None:
    """End what these lines pay for. Receiver of `subscribers.signals.lines_ended`."""
    dead = [end for end in ends if end.cause.ends_contract]
    if not dead:
        return
    given: dict[str, Any] = {
        "contracts": [end.contract_id for end in dead],
        "days": [end.on for end in dead],
        "causes": [end.cause.value for end in dead],
        "today": today,
        "now": now,
        "actor": str(by),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHARGES, given)
        charges = cursor.rowcount
        cursor.execute(_STOPS, given)
        stops = cursor.fetchall()
        if stops:
            for name, column in zip(
                ("patients", "payers", "stops"), zip(*stops, strict=True), strict=True
            ):
                given[name] = list(column)
            for statement in _WRITE:
                cursor.execute(statement, given)
    if charges or stops:
        record(
            action="packages.line_ended",
            subject_type="contract",
            details={"counts": {"charges": charges, "subscriptions": len(stops)}},
            at=now,
            by=by,
        )


_MISSED = """
SELECT c.id, c.patient_id, c.ended_on, c.ended_because
FROM subscribers_contract c
WHERE c.ended_on IS NOT NULL AND EXISTS (
    SELECT FROM packages_subscription s
    WHERE s.payer_contract_id = c.id AND s.operator_id = %(operator)s
      AND coalesce(upper(s.period), 'infinity') > greatest(c.ended_on, %(today)s))
"""


def catch_up(*, operator: Operator, now: datetime, by: Actor) -> None:
    """Stop what was begun on a line while the transaction that ended it was under way, and so was
    not seen by it. Before each billing run; finds nothing as a rule."""
    today = local_date(now, ZoneInfo(operator.timezone))
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, {"operator": operator.pk, "today": today})
        missed = [
            LineEnd(contract, patient, "", ended_on, Cause(because or Cause.LINE_ENDED))
            for contract, patient, ended_on, because in cursor.fetchall()
        ]
    stop(None, ends=missed, today=today, now=now, by=by)


@dataclass(slots=True)
class _Undone:
    """How many go on, and how many cannot."""

    subscriptions: int = 0
    stay: int = 0


def undo(
    sender: object,
    *,
    contract_ids: Sequence[int],
    today: date,
    now: datetime,
    by: Actor,
    **_: object,
) -> str:
    """Bring back what a mistaken end had stopped. Receiver of `subscribers.signals.ends_undone`.

    Returns a sentence on what stays stopped, empty when nothing does.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNSTOP_CHARGES, [list(contract_ids)])
        charges = cursor.rowcount
    undone = _Undone()
    stops = SubscriptionEvent.objects.filter(
        payer_contract_id__in=contract_ids, do=Do.STOP, withdrawn=False
    ).select_related("patient")
    for event in stops:
        if _go_on(event, today):
            undone.subscriptions += 1
        else:
            undone.stay += 1
    if charges or undone.subscriptions:
        record(
            action="packages.line_end_undone",
            subject_type="contract",
            details={"counts": {"charges": charges, "subscriptions": undone.subscriptions}},
            at=now,
            by=by,
        )
    if undone.stay:
        return f"{undone.stay} subscriptions stay stopped: the person decided on a package since."
    if undone.subscriptions:
        return (
            f"{undone.subscriptions} subscriptions go on; a cancellation that had been set for a"
            " later day is to be set again."
        )
    return ""


def _go_on(event: SubscriptionEvent, today: date) -> bool:
    """Withdraw a stop and let its person's subscription run on, if nothing was decided since."""
    of_person = SubscriptionEvent.objects.filter(patient=event.patient)
    if of_person.filter(sequence__gt=event.sequence, withdrawn=False).exists():
        return False
    try:
        with transaction.atomic():
            of_person.filter(pk=event.pk).update(withdrawn=True)
            # People withdraw cancellations only; any other decision was made void by this stop.
            of_person.filter(on__gte=event.on, sequence__lt=event.sequence).exclude(
                do__in=[Do.CANCEL, Do.STOP]
            ).update(withdrawn=False)
            standing = standing_of(event.patient)
            rows = standing.replayed(through=max(today, event.on)).subscriptions
            projecting.rewrite(
                patient=event.patient,
                events=standing.events,
                rows=rows,
                book=standing.price_book(today),
            )
    except HistoryError:
        return False
    return True
