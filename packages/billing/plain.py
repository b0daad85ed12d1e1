"""The plain case, in sets: one subscription, nothing decided lately, nothing metered.

A person is plain in a month when exactly one subscription touches it, no decision but the first
subscription fell into it or the month before, no usage was recorded in the month before and, where
days are counted, the subscription is paid for the whole month. Then the month has one document
with one line, and SQL writes a million of them. Everybody else is replayed (see `replayed`).

SQL must round exactly as `packages.pricing.tax` does; a test compares them row by row.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from healthcare.kernel.money import Rounding
from packages.billing.assignment import Assignment

# One row a person. Where `running` is 1, the other columns are of that subscription: taking them
# here spares a second look at the table. `whole` is the only difference between the modes.
_JUDGED = """
judged AS (
    SELECT s.patient_id, count(r.id) AS running, max(r.id) AS subscription_id,
           max(r.package_id) AS package_id, max(r.payer_contract_id) AS payer_contract_id,
           max(lower(r.period)) AS begins, max(coalesce(upper(r.period), 'infinity')) AS ends,
           max(r.paid_from) AS paid_from, max(r.price_override) AS price_override,
           coalesce(bool_and({whole}), true) AS whole,
           EXISTS (
               SELECT 1 FROM packages_subscriptionevent e
               WHERE e.patient_id = s.patient_id AND NOT e.withdrawn
                 AND e."on" >= %(previous)s AND e."on" < %(end)s
                 AND NOT (e.sequence = 1 AND e."do" = 'subscribe')
           ) OR EXISTS (
               SELECT 1 FROM packages_usagerecord u
               WHERE u.patient_id = s.patient_id
                 AND u.rated_on >= %(previous)s AND u.rated_on < %(start)s
           ) AS busy
    FROM packages_subscription s
    LEFT JOIN LATERAL (SELECT s.*) r ON s.period && daterange(%(start)s, %(end)s)
    WHERE s.operator_id = %(operator)s AND s.patient_id > %(after)s AND s.patient_id <= %(upto)s
      AND s.period && daterange(%(previous)s, %(end)s)
    GROUP BY s.patient_id
)
"""

_WHOLE_MONTH = "true"
_ALL_DAYS = (
    "lower(r.period) <= %(start)s AND r.paid_from <= %(start)s"
    " AND coalesce(upper(r.period), 'infinity') >= %(end)s"
)
_NEVER = "false"

# Ids are drawn in `due`, so that each insert reads it alone: the planner takes a set that it cannot
# estimate for one row, and a join of two such sets becomes a loop in a loop.
_DRAFT = """
WITH {judged}, priced AS (
    -- A price holds until the next version begins, as `offering.Package.price_on` reads it.
    SELECT v.package_id, p.amount, p.tax_rate,
           daterange(CASE WHEN row_number() OVER versions > 1 THEN lower(v.valid) END,
                     lead(lower(v.valid)) OVER versions) AS days
    FROM packages_price p JOIN packages_packageversion v ON v.id = p.version_id
    WHERE p.operator_id = %(operator)s
    WINDOW versions AS (PARTITION BY v.package_id ORDER BY lower(v.valid))
), taxed AS (
    SELECT j.patient_id, j.subscription_id, j.package_id, j.payer_contract_id,
           d.first_day, a.amount, p.tax_rate, {tax} AS tax
    FROM judged j
    CROSS JOIN LATERAL (SELECT greatest(j.begins, j.paid_from, %(start)s::date) AS first_day) d
    JOIN priced p ON p.package_id = j.package_id AND p.days @> d.first_day
    CROSS JOIN LATERAL (SELECT coalesce(j.price_override, p.amount) AS amount) a
    WHERE j.running = 1 AND j.whole AND NOT j.busy
      AND d.first_day < least(%(until)s::date, j.ends)
      AND a.amount > 0
      AND NOT EXISTS (
          SELECT 1 FROM packages_invoiceline l
          WHERE l.subscription_id = j.subscription_id AND l.component = '' AND l.kind = 'fixed'
            AND l.period = daterange(d.first_day, %(end)s)
      )
    ORDER BY j.patient_id
), due AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('packages_invoice', 'id')) AS invoice_id,
           {net} AS net, taxed.*
    FROM taxed
), document AS (
    INSERT INTO packages_invoice
        (id, run_id, operator_id, issuer_id, patient_id, payer_contract_id, kind, state, date,
         sequence, year, currency, net, tax, total, tax_rounding, tax_inclusive,
         registration_number)
    SELECT invoice_id, %(run)s, %(operator)s, %(issuer)s, patient_id, payer_contract_id, 'invoice',
           'draft', first_day, 1, %(year)s, %(currency)s, net, tax, net + tax, %(rounding)s,
           %(inclusive)s, %(registration)s
    FROM due
), line AS (
    INSERT INTO packages_invoiceline
        (invoice_id, subscription_id, patient_id, package_id, kind, component, period,
         calendar_month, amount, tax_rate)
    SELECT invoice_id, subscription_id, patient_id, package_id, 'fixed', '',
           daterange(first_day, %(end)s), %(calendar_month)s::date, amount, tax_rate
    FROM due
), taxes AS (
    INSERT INTO packages_invoicetax (invoice_id, rate, net, tax)
    SELECT invoice_id, tax_rate, net, tax FROM due
)
SELECT count(*) FROM due
"""

_OTHERS = """
WITH {judged}
SELECT patient_id FROM judged
WHERE busy OR running > 1 OR NOT whole
ORDER BY patient_id
"""

_NEXT_RANGE = """
SELECT max(patient_id), count(DISTINCT patient_id) FROM (
    SELECT patient_id FROM packages_subscription
    WHERE operator_id = %s AND patient_id > %s AND period && daterange(%s, %s)
    ORDER BY patient_id LIMIT %s
) next
"""

_ALL = """
SELECT count(DISTINCT patient_id) FROM packages_subscription
WHERE operator_id = %s AND period && daterange(%s, %s)
"""


@dataclass(frozen=True, slots=True)
class Range:
    """People with an id above `after` and up to `upto`, and how many have to be looked at."""

    after: int
    upto: int
    count: int


def next_range(assignment: Assignment, *, after: int, size: int) -> Range | None:
    """The next people to look at, about `size` of them; None at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT_RANGE,
            [
                assignment.run.operator_id,
                after,
                assignment.previous.start,
                assignment.month.end,
                size,
            ],
        )
        upto, count = cursor.fetchone()
    return None if upto is None else Range(after, upto, count)


def people(assignment: Assignment) -> int:
    """How many people the month has to look at."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ALL, [assignment.run.operator_id, assignment.previous.start, assignment.month.end]
        )
        return int(cursor.fetchone()[0])


def draft(assignment: Assignment, people: Range) -> int:
    """Write the missing drafts of plain people. Returns their number."""
    inclusive = assignment.policy.tax_inclusive
    sql = _DRAFT.format(
        judged=_JUDGED.format(whole=_whole(assignment)),
        tax=tax_sql("a.amount", "p.tax_rate", assignment.policy.tax_rounding, inclusive=inclusive),
        net="(amount - tax)" if inclusive else "amount",
    )
    with connection.cursor() as cursor:
        # The statistics of a table that this very run fills are stale: to them it is empty, and
        # reading it whole for every row looks cheap. What the planner is denied it counts as dear,
        # and compiles the statement for longer than it runs: so no compiling either.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        cursor.execute(sql, _parameters(assignment, people))
        (count,) = cursor.fetchone()
    return int(count)


def others(assignment: Assignment, people: Range) -> list[int]:
    """The people of this range whose history must be replayed."""
    sql = _OTHERS.format(judged=_JUDGED.format(whole=_whole(assignment)))
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(assignment, people))
        return [patient_id for (patient_id,) in cursor.fetchall()]


def tax_sql(amount: str, rate: str, rounding: str, *, inclusive: bool) -> str:
    """SQL for the tax of a positive amount, as `packages.pricing.tax.tax_of` computes it.

    `rate` is a numeric column with two decimals, so a hundred times it is whole.
    """
    hundredths = f"({rate} * 100)::bigint"
    part = f"({amount} * {hundredths})"
    whole = f"(10000 + {hundredths})" if inclusive else "10000"
    match Rounding(rounding):
        case Rounding.FLOOR:
            return f"({part} / {whole})"
        case Rounding.HALF_UP:
            return f"((2 * {part} + {whole}) / (2 * {whole}))"
        case Rounding.CEIL:
            return f"(({part} + {whole} - 1) / {whole})"


def _whole(assignment: Assignment) -> str:
    if not assignment.has_plain_case:
        return _NEVER
    return _WHOLE_MONTH if assignment.charges_whole_months else _ALL_DAYS


def _parameters(assignment: Assignment, people: Range) -> dict[str, Any]:
    run, policy, month = assignment.run, assignment.policy, assignment.month
    return {
        "run": run.pk,
        "operator": run.operator_id,
        "issuer": run.issuer_id,
        "registration": run.issuer.registration_number,
        "rounding": policy.tax_rounding,
        "inclusive": policy.tax_inclusive,
        "currency": run.currency,
        "year": month.start.year,
        "start": month.start,
        "end": month.end,
        "previous": assignment.previous.start,
        "until": assignment.until,
        "calendar_month": month.start if assignment.charges_whole_months else None,
        "after": people.after,
        "upto": people.upto,
    }
