"""Subscriptions brought along by a migrated subscriber base, taken over in sets.

An operator's file may name a package with its dates and terms (`subscribers.Contract`). Once the
person consents to care it becomes a subscription:

- entitled from `entitlement_from`, else from `billing_from`, else from today;
- paid from `billing_from` (else the entitlement) plus `trial_days_left`: until then it is free;
- at `price_override` a month where there is one, whatever the catalogue says later;
- to the end of `cancel_on`, a cancellation that may still be revoked.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.kernel.periods import local_date
from healthcare.patients.models import Purpose
from healthcare.subscribers.leading import LOCK
from healthcare.subscribers.models import Operator


@dataclass(frozen=True, slots=True)
class Adopted:
    """Contracts that name a package, each counted once."""

    adopted: int = 0
    already: int = 0
    """The person has decided on a package before."""
    waiting: int = 0
    """No consent to care yet."""
    unknown: int = 0
    """The operator does not offer a package of this code."""
    over: int = 0
    """Cancelled before it would begin."""


# One row a person: the newest living contract that names a package, with what is to be made of it.
_NAMED = """
SELECT DISTINCT ON (c.patient_id)
    c.patient_id, c.id AS contract_id, p.package_id, c.price_override, c.cancel_on,
    begin.day AS entitled_from,
    greatest(begin.day, coalesce(c.billing_from, begin.day) + coalesce(c.trial_days_left, 0))
        AS paid_from,
    CASE
        WHEN EXISTS (SELECT 1 FROM packages_subscriptionevent e WHERE e.patient_id = c.patient_id)
            THEN 'already'
        WHEN p.package_id IS NULL THEN 'unknown'
        WHEN c.cancel_on < begin.day THEN 'over'
        WHEN NOT EXISTS (
            SELECT 1 FROM patients_consent k
            WHERE k.patient_id = c.patient_id AND k.purpose = %(purpose)s
              AND k.period @> %(now)s::timestamptz
        ) THEN 'waiting'
        ELSE 'adopted'
    END AS outcome
FROM subscribers_contract c
CROSS JOIN LATERAL (
    SELECT coalesce(c.entitlement_from, c.billing_from, %(today)s::date) AS day
) begin
LEFT JOIN (
    SELECT k.code, v.package_id
    FROM packages_price r
    JOIN packages_packageversion v ON v.id = r.version_id AND v.valid @> %(today)s::date
    JOIN packages_package k ON k.id = v.package_id
    WHERE r.operator_id = %(operator)s
) p ON p.code = c.package
WHERE c.operator_id = %(operator)s AND c.package <> ''
  AND (c.ended_on IS NULL OR c.ended_on > %(today)s::date)
ORDER BY c.patient_id, c.activated_on DESC, c.id DESC
"""

_ADOPT = f"""
WITH named AS MATERIALIZED ({_NAMED}),
decided AS (
    INSERT INTO packages_subscriptionevent
        (patient_id, sequence, "on", "do", package_id, "when", payer_contract_id, trial_days,
         minimum_term_months, billing_from, price_override, withdrawn, recorded_at, actor)
    SELECT n.patient_id, d.sequence, d.day, d.what, d.package_id, d.how, d.contract_id, 0,
           0, d.paid_from, d.price_override, false, %(now)s, %(actor)s
    FROM named n
    CROSS JOIN LATERAL (VALUES
        (1, n.entitled_from, 'subscribe', n.package_id, '', n.contract_id, n.paid_from,
         n.price_override),
        (2, n.cancel_on, 'cancel', NULL, 'now', NULL, NULL, NULL)
    ) d (sequence, day, what, package_id, how, contract_id, paid_from, price_override)
    WHERE n.outcome = 'adopted' AND d.day IS NOT NULL
), opened AS (
    INSERT INTO packages_subscription
        (patient_id, package_id, operator_id, payer_contract_id, period, paid_from, price_override)
    SELECT patient_id, package_id, %(operator)s, contract_id,
           daterange(entitled_from, cancel_on + 1), paid_from, price_override
    FROM named WHERE outcome = 'adopted'
)
SELECT outcome, count(*) FROM named GROUP BY outcome
"""


@transaction.atomic
def adopt_migrated(*, operator: Operator, now: datetime, by: Actor) -> Adopted:
    """Make subscriptions of what an operator's contracts name; the same again changes nothing.

    Call it in a system scope: it reads every contract of the operator.
    """
    today: date = local_date(now, ZoneInfo(operator.timezone))
    with connection.cursor() as cursor:
        # Not while an import ends contracts: it would not see what is made here.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            _ADOPT,
            {
                "operator": operator.pk,
                "purpose": Purpose.CARE.value,
                "today": today,
                "now": now,
                "actor": str(by),
            },
        )
        adopted = Adopted(**dict(cursor.fetchall()))
    record(
        action="packages.adopt_migrated",
        subject_type="operator",
        subject_id=operator.pk,
        details={"adopted": adopted.adopted, "waiting": adopted.waiting},
        at=now,
        by=by,
    )
    return adopted
