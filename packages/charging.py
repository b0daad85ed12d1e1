"""Charges on the operator's bill: planned from issued documents, frozen into a file, written.

A charge row is committed before anything is written, its key is its document's number and never
changes. A file's entries are frozen, so the same file can be written again byte for byte. What the
operator answers is taken in by `answering`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.kernel.periods import Period, calendar_month, local_date, month_text
from healthcare.subscribers.models import Operator
from packages.answering import Applied, read_answer
from packages.models import BillingRun, Charge, ChargeFile, ChargeState, RunState
from packages.operators import charge_file
from packages.operators.charges import ChargeKind, ChargeLine, FileHeader
from packages.pricing.documents import TaxTotal

__all__ = ["Applied", "ChargesRefused", "WrittenCharges", "read_answer", "write"]

BILL_TEXT = "Mimamori service"
"""What stands on the telephone bill: neutral, whatever the package."""

ROWS_AT_ONCE = 5_000


class ChargesRefused(ValueError):
    """A month that cannot be charged: the message says why and what to do first."""


@dataclass(frozen=True, slots=True)
class WrittenCharges:
    """A charge file as written."""

    file: ChargeFile
    created: bool
    """False when the month's latest file was written again."""
    without_number: int
    """Charges that stay planned: the paying contract has no number today or is suspended."""


# A document of a day on which the paying line had ended is never written to the operator.
# Refunds come second: what they give back may have become a charge in the same month.
_PLAN = """
INSERT INTO packages_charge
    (invoice_id, operator_id, payer_contract_id, key, original_id, month, amount, currency,
     state, attempts, reason, operator_ref)
SELECT i.id, i.operator_id, i.payer_contract_id,
       s.code || '-' || i.year || '-' || lpad(i.number::text, 8, '0'), {original}, %(month)s,
       i.total, i.currency, CASE WHEN over.line THEN 'stopped' ELSE 'planned' END, 0,
       CASE WHEN over.line THEN coalesce(nullif(k.ended_because, ''), 'line_ended') ELSE '' END, ''
FROM packages_invoice i JOIN packages_issuer s ON s.id = i.issuer_id
JOIN subscribers_contract k ON k.id = i.payer_contract_id
CROSS JOIN LATERAL (SELECT coalesce(k.ended_on <= i.date, false) AS line) over
WHERE i.run_id = %(run)s AND i.state = 'issued' AND i.kind = %(kind)s
  AND NOT EXISTS (SELECT 1 FROM packages_charge c WHERE c.invoice_id = i.id)
ORDER BY i.number
"""

_ORIGINAL = """(
    SELECT c.id FROM packages_charge c JOIN packages_invoice o ON o.id = c.invoice_id
    WHERE o.patient_id = i.patient_id AND o.kind = 'invoice' AND o.number < i.number
    ORDER BY o.date DESC, o.sequence DESC LIMIT 1
)"""

_FREEZE = """
WITH entry AS (
    INSERT INTO packages_chargeentry (file_id, charge_id, attempt, msisdn)
    SELECT %(file)s, c.id, c.attempts + 1, l.number
    FROM packages_charge c
    JOIN subscribers_line l ON l.contract_id = c.payer_contract_id AND l.period @> %(today)s::date
    WHERE c.operator_id = %(operator)s AND c.month = %(month)s AND c.state = 'planned'
      -- A suspended line pays nothing: its charges wait until it works again.
      AND NOT EXISTS (
          SELECT FROM subscribers_linesuspension p
          WHERE p.contract_id = c.payer_contract_id AND p.period @> %(today)s::date
      )
    ORDER BY c.id
    RETURNING charge_id, attempt
), sent AS (
    UPDATE packages_charge c SET state = 'sent', attempts = entry.attempt
    FROM entry WHERE c.id = entry.charge_id
    RETURNING c.amount
)
SELECT count(*), coalesce(sum(amount), 0)::bigint FROM sent
"""

_ENTRIES = """
SELECT c.key, c.amount, original.key, k.operator_subscriber_id, e.msisdn, e.attempt,
       p.code, p.product_code, tax.rates, tax.nets, tax.taxes
FROM packages_chargeentry e
JOIN packages_charge c ON c.id = e.charge_id
JOIN subscribers_contract k ON k.id = c.payer_contract_id
LEFT JOIN packages_charge original ON original.id = c.original_id
CROSS JOIN LATERAL (
    SELECT package_id FROM packages_invoiceline l
    WHERE l.invoice_id = c.invoice_id ORDER BY abs(l.amount) DESC, l.id LIMIT 1
) line
JOIN packages_package p ON p.id = line.package_id
CROSS JOIN LATERAL (
    SELECT array_agg(t.rate ORDER BY t.rate) AS rates, array_agg(t.net ORDER BY t.rate) AS nets,
           array_agg(t.tax ORDER BY t.rate) AS taxes
    FROM packages_invoicetax t WHERE t.invoice_id = c.invoice_id
) tax
WHERE e.file_id = %s
ORDER BY e.charge_id
"""


def write(
    *, month: date, operator: Operator, out: BinaryIO, as_of: datetime, by: Actor
) -> WrittenCharges:
    """Write the charges of a month (any day in it) to the binary stream `out`.

    New charges make a new file with the next `file_seq`; without any, the month's latest file is
    written again with the same bytes. Opens its own system scope: the rows are committed first.
    Raises `ChargesRefused` when the month is not billed or holds nothing to charge, and while the
    brake of charges is pulled; what was written to `out` until then is no charge file, having no
    trailer, and is to be thrown away.
    """
    period = calendar_month(month)
    with acting_in(Scope.system("write charges")):
        _hold(operator)
        file, created = _frozen(period, operator, as_of, by)
        without = Charge.objects.filter(
            operator=operator, month=period.start, state=ChargeState.PLANNED
        ).count()
    if file is None:
        raise ChargesRefused(
            f"{month_text(period)} has no charges for {operator.code}"
            + (
                f": {without} wait for a paying contract with a number that is not suspended."
                if without
                else "."
            )
        )
    with acting_in(Scope.system("write charges")):
        _hold(operator)
        _write_out(file, operator, out)
    return WrittenCharges(file, created, without)


def lines(file: ChargeFile) -> Iterator[ChargeLine]:
    """The frozen lines of a file, in order; streamed."""
    period = calendar_month(file.month)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ENTRIES, [file.pk])
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            for row in rows:
                yield _line(row, period)


def _hold(operator: Operator) -> None:
    """In each transaction that freezes or writes: the brake counts at once, for old files too."""
    try:
        pulling.hold_unless_pulled(Kind.CHARGES, operator.code)
    except pulling.Pulled as stopped:
        raise ChargesRefused(str(stopped)) from stopped


def _frozen(
    period: Period, operator: Operator, as_of: datetime, by: Actor
) -> tuple[ChargeFile | None, bool]:
    # One file of an operator after the other: `file_seq` has no gaps.
    Operator.objects.select_for_update().get(pk=operator.pk)
    run = BillingRun.objects.filter(operator=operator, month=period.start).first()
    if run is None or run.state != RunState.COMMITTED:
        raise ChargesRefused(
            f"{month_text(period)} is not billed: "
            f"manage.py run_billing --month {month_text(period)} first."
        )
    _plan(run, period)
    created = _freeze(period, operator, local_date(as_of, ZoneInfo(operator.timezone)))
    if created is None:
        latest = ChargeFile.objects.filter(operator=operator, month=period.start).first()
        return latest, False
    record(
        action="packages.charges_written",
        subject_type="charge_file",
        subject_id=created.pk,
        details={"file_seq": created.file_seq, "count": created.count, "total": created.total},
        at=as_of,
        by=by,
    )
    return created, True


def _plan(run: BillingRun, period: Period) -> None:
    """A charge for each issued document of the month that has none yet."""
    with connection.cursor() as cursor:
        for kind, original in (("invoice", "NULL::bigint"), ("credit_note", _ORIGINAL)):
            cursor.execute(
                _PLAN.format(original=original),
                {"month": period.start, "run": run.pk, "kind": kind},
            )


def _freeze(period: Period, operator: Operator, today: date) -> ChargeFile | None:
    """Put the planned charges that have a number into a new file; None when there are none."""
    last = ChargeFile.objects.filter(operator=operator).aggregate(last=Max("file_seq"))["last"]
    sid = transaction.savepoint()
    file = ChargeFile.objects.create(
        operator=operator,
        month=period.start,
        file_seq=(last or 0) + 1,
        count=0,
        total=0,
        currency=operator.currency,
        created_on=today,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _FREEZE,
            {"file": file.pk, "operator": operator.pk, "month": period.start, "today": today},
        )
        file.count, file.total = cursor.fetchone()
    if not file.count:
        transaction.savepoint_rollback(sid)
        return None
    transaction.savepoint_commit(sid)
    file.save(update_fields=["count", "total"])
    return file


def _write_out(file: ChargeFile, operator: Operator, out: BinaryIO) -> None:
    header = FileHeader(
        merchant=operator.merchant,
        file_seq=file.file_seq,
        cycle=month_text(calendar_month(file.month)),
        currency=file.currency,
        count=file.count,
    )
    digest = sha256()
    for piece in charge_file.write(header, lines(file)):
        digest.update(piece)
        out.write(piece)
    if file.sha256 not in ("", digest.hexdigest()):
        raise ChargesRefused(
            f"file {file.file_seq} would differ from what was sent; its rows were changed by hand."
        )
    file.sha256 = digest.hexdigest()
    file.save(update_fields=["sha256"])


def _line(row: tuple[object, ...], period: Period) -> ChargeLine:
    key, amount, original, subscriber, msisdn, attempt, package, product, rates, nets, taxes = row
    assert isinstance(amount, int)
    sign = -1 if amount < 0 else 1
    totals = zip(rates, nets, taxes, strict=True)  # type: ignore[call-overload]  # PostgreSQL arrays
    return ChargeLine(
        key=str(key),
        kind=ChargeKind.REFUND if amount < 0 else ChargeKind.CHARGE,
        operator_subscriber_id=str(subscriber),
        msisdn=str(msisdn).removeprefix("+"),
        package=str(package),
        period=period,
        amount=abs(amount),
        taxes=tuple(TaxTotal(rate, sign * net, sign * tax) for rate, net, tax in totals),
        text=BILL_TEXT,
        product_code=str(product),
        original_key=None if original is None else str(original),
        attempt=int(str(attempt)),
    )
