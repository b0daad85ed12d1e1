"""The published billing cases `d-*`: our rules, which hold exactly."""

import json
from datetime import date
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from healthcare.kernel.money import MoneyError, Rounding, parse, to_text
from healthcare.kernel.periods import (
    Period,
    boundaries,
    calendar_month,
    midnight,
)
from packages.pricing.documents import Line, LineKind, billed_after, document
from packages.pricing.history import Cancel, CancelWhen, Change, Event, History, Replayed, Subscribe
from packages.pricing.offering import Package, Tier, UsageModel, UsagePrice
from packages.pricing.policy import Policy, Proration, TermPolicy
from packages.pricing.proration import charge_for, kept
from packages.pricing.settlement import settlement_base, shares
from packages.pricing.tax import tax_of
from packages.pricing.terms import months_left, term_end, trial_end
from packages.pricing.timeline import replay
from packages.pricing.usage import amount_for

GOLDENS = Path(__file__).parents[3] / "goldens" / "billing.json"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads(GOLDENS.read_text("utf-8"))["cases"]
}
HALF_UP, FLOOR = Rounding.HALF_UP, Rounding.FLOOR
ACTUAL = Proration.ACTUAL_DAYS
TEN = Decimal(10)


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return CASES[name]["inputs"], CASES[name]["expected"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def period(texts: list[str]) -> Period:
    return Period(day(texts[0]), day(texts[1]))


def history(*events: Event, through: str, packages: list[Package], **policy: Any) -> Replayed:
    return replay(
        History(
            policy=Policy(**({"proration": ACTUAL} | policy)),
            packages={package.code: package for package in packages},
            events=events,
            usage=(),
            through=day(through),
        )
    )


def priced(code: str, price: int, rank: int = 1, **more: Any) -> Package:
    return Package(code=code, rank=rank, price=price, tax_rate=TEN, **more)


def lines_of(amounts: list[int]) -> list[Line]:
    """Lines of different packages, so that none of them merge."""
    month = calendar_month(date(2026, 4, 1))
    return [
        Line(LineKind.FIXED, f"package-{number}", month, amount, TEN)
        for number, amount in enumerate(amounts)
    ]


def test_d_upgrade_30() -> None:
    given, expected = case("d-upgrade-30")
    whole, on = period(given["period"]), day(given["change_on"])
    assert whole.days == expected["days"]
    assert (on - whole.start).days == expected["used"]
    assert (whole.end - on).days == expected["remaining"]
    keeps = kept(given["old"], whole.start, on, whole, ACTUAL)
    assert keeps == expected["kept"]
    assert given["old"] - keeps == expected["credit"]
    assert charge_for(given["new"], Period(on, whole.end), whole, ACTUAL) == expected["new_charge"]
    made = history(
        Subscribe(whole.start, "old"),
        Change(on, "new"),
        through="2026-05-01",
        packages=[priced("old", given["old"]), priced("new", given["new"], rank=2)],
    ).documents[1]
    assert (made.net, made.tax, made.total) == (
        expected["net"],
        expected["tax"],
        expected["total"],
    )


def test_d_anchor_31() -> None:
    given, expected = case("d-anchor-31-2026")
    found = list(islice(boundaries(day(given["start"]), given["anchor_day"]), 8))
    assert [boundary.isoformat() for boundary in found] == expected["boundaries"]
    assert [(later - earlier).days for earlier, later in pairwise(found)] == expected["period_days"]


def test_d_downgrade_period_end() -> None:
    given, expected = case("d-downgrade-period-end")
    replayed = history(
        Subscribe(day(given["period"][0]), "high"),
        Change(day(given["requested"]), "low"),
        through="2026-05-02",
        packages=[priced("high", given["old"], rank=2), priced("low", given["new"])],
    )
    april, may = replayed.documents
    assert april.net == given["old"]
    assert (may.net, may.tax, may.total) == (
        expected["may_net"],
        expected["may_tax"],
        expected["may_total"],
    )
    assert replayed.subscriptions[1].start == day(expected["effective"])
    assert expected["credit"] == sum(min(line.amount, 0) for line in april.lines + may.lines)


def test_d_cancel_immediate() -> None:
    given, expected = case("d-cancel-immediate")
    whole = period(given["period"])
    invoice, credit = history(
        Subscribe(whole.start, "plus"),
        Cancel(day(given["cancel_on"]), CancelWhen.NOW),
        through="2026-06-01",
        packages=[priced("plus", given["price"])],
    ).documents
    assert (invoice.net, invoice.tax, invoice.total) == tuple(given["invoice"].values())
    assert invoice.net + credit.net == expected["kept_net"]
    assert invoice.tax + credit.tax == expected["kept_tax"]
    assert (-credit.net, -credit.tax, -credit.total) == (
        expected["credit_net"],
        expected["credit_tax"],
        expected["credit_total"],
    )


def test_d_cancel_period_end() -> None:
    given, expected = case("d-cancel-period-end")
    replayed = history(
        Subscribe(day(given["period"][0]), "plus"),
        Cancel(day(given["requested"])),
        through="2026-07-01",
        packages=[priced("plus", given["price"])],
    )
    assert len(replayed.documents) == 1
    end = replayed.subscriptions[0].end
    assert end is not None
    assert midnight(end, ZoneInfo("Asia/Tokyo")).isoformat() == expected["access_until"]


def test_d_trial_14_calendar() -> None:
    given, expected = case("d-trial-14-calendar")
    package = priced("plus", given["price"], trial_days=given["trial_days"])
    start = day(given["start"])
    assert trial_end(start, package) == day(expected["trial_end_exclusive"])
    (first,) = history(Subscribe(start, "plus"), through="2026-05-01", packages=[package]).documents
    assert first.date == day(expected["trial_end_exclusive"])
    assert (first.net, first.tax) == (expected["first_net"], expected["first_tax"])


@pytest.mark.parametrize(
    ("name", "policy", "fee_months"),
    [
        ("end_of_term", TermPolicy.END_OF_TERM, 0),
        ("remaining_months", TermPolicy.CAPPED, 6),
        ("capped_one_month", TermPolicy.CAPPED, 1),
    ],
)
def test_d_min_term(name: str, policy: TermPolicy, fee_months: int) -> None:
    given, expected = case("d-min-term")
    package = priced("plus", given["price"], minimum_term_months=given["term_months"])
    replayed = history(
        Subscribe(day(given["start"]), "plus"),
        Cancel(day(given["asked"])),
        through="2028-01-01",
        packages=[package],
        term_policy=policy,
        term_fee=given["price"] * fee_months,
    )
    end, effective = replayed.subscriptions[0].end, day(expected[name]["effective"])
    assert end == effective
    fees = [
        line.amount
        for made in replayed.documents
        for line in made.lines
        if line.kind is LineKind.TERM_FEE
    ]
    assert sum(fees) == expected[name].get("fee_net", 0)
    if "months_left" in expected[name]:
        term = term_end(day(given["start"]), package)
        assert term is not None
        assert months_left(effective, term) == expected[name]["months_left"]


def test_d_tax_once_per_invoice() -> None:
    given, expected = case("d-tax-once-per-invoice-exclusive")
    made = document(on=date(2026, 4, 1), lines=lines_of(given["lines"]), policy=Policy())
    assert made is not None
    assert (made.net, made.tax, made.total) == (
        expected["net"],
        expected["tax"],
        expected["total"],
    )
    per_line = [tax_of(amount, TEN, rounding=FLOOR, inclusive=False) for amount in given["lines"]]
    assert sum(per_line) == expected["wrong_per_line_tax"]


def test_d_credit_note_conserves_tax() -> None:
    given, expected = case("d-credit-note-conserves-tax")
    lines = lines_of(given["invoice"]["lines"])
    invoice = document(on=date(2026, 4, 1), lines=lines, policy=Policy())
    assert invoice is not None
    billed = billed_after({}, invoice)
    taxes, totals = [], []
    for line in lines:
        back = Line(line.kind, line.package, line.period, -line.amount, line.tax_rate)
        credit = document(on=date(2026, 4, 2), lines=[back], policy=Policy(), billed=billed)
        assert credit is not None
        billed = billed_after(billed, credit)
        taxes.append(-credit.tax)
        totals.append(-credit.total)
    assert (taxes, totals) == (expected["credit_tax"], expected["credit_total"])
    assert (sum(taxes), sum(totals)) == (expected["sum_tax"], expected["sum_total"])


def test_d_zero_decimal() -> None:
    given, expected = case("d-zero-decimal")
    minor = parse(given["amount"], given["currency"])
    assert minor == expected["minor_units"]
    assert to_text(minor, given["currency"]) == expected["carrier_amount"]
    for text in expected["reject"]:
        with pytest.raises(MoneyError):
            parse(text, given["currency"])


def test_d_overage_graduated() -> None:
    given, expected = case("d-overage-graduated")
    tiers = tuple(Tier(up_to, price) for _, up_to, price in given["tiers"])
    price = UsagePrice(UsageModel.GRADUATED, included=given["included"], tiers=tiers)
    assert amount_for(price, given["units"]) == expected["amount"]


def test_d_carrier_calendar_no_proration() -> None:
    given, expected = case("d-carrier-calendar-no-proration")
    events: list[Event] = [
        Subscribe(day(on), "d") if do == "join" else Cancel(day(on), CancelWhen.NOW)
        for on, do in given["events"]
    ]
    documents = history(
        *events,
        through="2026-04-01",
        packages=[priced("d", given["price_incl"])],
        proration=Proration.NONE_CALENDAR_MONTH,
        tax_inclusive=True,
    ).documents
    assert {f"{made.date:%Y-%m}": made.total for made in documents} == expected["charges"]
    assert sum(made.total for made in documents) == expected["total"]


def test_d_revshare_largest_remainder() -> None:
    given, expected = case("d-revshare-largest-remainder")
    assert shares(given["net"], given["weights"]) == expected


def test_d_settlement_month() -> None:
    given, expected = case("d-settlement-month")
    price = given["price_net"]
    gross = given["accepted"] * price
    base = settlement_base(
        accepted=gross,
        refunded=given["refunded"] * price,
        uncollected=given["uncollectible"] * price,
    )
    assert (gross, base) == (expected["gross_net"], expected["base"])
    split = shares(base, given["weights"])
    assert split == expected["shares"]
    fee_tax = tax_of(split["operator"], TEN, rounding=FLOOR, inclusive=False)
    assert fee_tax == expected["operator_fee_tax_10pct"]
    passed_on = tax_of(base, TEN, rounding=FLOOR, inclusive=False)
    assert passed_on == expected["tax_collected_passthrough"]
