"""Worked examples of other systems, rounded half up, where the formula is the one we use.

Each case in tests/goldens/billing.json names the public test it comes from.
"""

import json
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from healthcare.kernel.money import Rounding, allocate, divide, parse, to_text
from healthcare.kernel.periods import (
    Period,
    anchored_period,
    boundaries,
    calendar_month,
    local_date,
)
from packages.pricing.offering import Tier, UsageModel, UsagePrice
from packages.pricing.policy import Proration
from packages.pricing.proration import count_days, part, period_days
from packages.pricing.tax import tax_of
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


@pytest.mark.parametrize(
    "name", ["kb-prorate-trailing-2023-06-23", "kb-prorate-trailing-2024-02-23"]
)
def test_trailing_ratios(name: str) -> None:
    given, expected = case(name)
    whole = Period(day(given["period_start"]), day(given["period_end"]))
    for mode, key in ((ACTUAL, "ratio_actual_days"), (Proration.FIXED_30, "ratio_fixed_30")):
        used = count_days(whole.start, day(given["service_end_exclusive"]), mode)
        scale = given["scale"]
        ratio = divide(used * 10**scale, period_days(whole, mode), HALF_UP)
        assert Decimal(ratio).scaleb(-scale) == Decimal(expected[key])


def test_leading_fraction_then_whole_cycles() -> None:
    given, expected = case("kb-leading-then-full")
    start, anchor = day(given["start"]), given["bill_cycle_day"]
    first = anchored_period(start, anchor)
    billed_to = list(islice(boundaries(start, anchor), 1, 5))
    assert day(given["target_date"]) in anchored_period(billed_to[-2], anchor)
    fraction = f"{(first.end - start).days}/{first.days}"
    assert f"{fraction} + {len(billed_to) - 1}" == expected["billing_cycles"]


def test_the_billing_day_is_local() -> None:
    given, expected = case("kb-bcd-timezone-tokyo")
    moment = datetime.fromisoformat(given["start_utc"])
    for zone in ("UTC", "Europe/Paris", "HST", "Asia/Tokyo"):
        assert local_date(moment, ZoneInfo(zone)).day == expected[zone]


def test_fixed_30_windows() -> None:
    given, expected = case("kb-fixed30-leading")
    amounts = [
        part(
            parse(given["price"], "USD"),
            count_days(day(start), day(end), Proration.FIXED_30),
            given["fixed_days"],
            HALF_UP,
        )
        for start, end in given["windows"]
    ]
    assert [to_text(amount, "USD") for amount in amounts] == expected["amounts"]


def test_volume_by_the_tier_reached() -> None:
    given, expected = case("kb-usage-top-tier")
    sizes = [tier["size"] for tier in given["tiers"]]
    prices = [parse(tier["price"], "USD") for tier in given["tiers"]]
    bounds = [sizes[0], sizes[0] + sizes[1], None]
    tiers = tuple(Tier(up_to, price) for up_to, price in zip(bounds, prices, strict=True))
    amount = amount_for(UsagePrice(UsageModel.VOLUME, tiers=tiers), given["units"])
    assert amount == parse(expected["total"], "USD")


def test_a_period_from_the_31st_ends_with_february() -> None:
    given, expected = case("lago-31st-period-end")
    last_day = datetime.fromisoformat(expected["period_to"]).date()
    for text in given["subscription_at"]:
        found = anchored_period(day(text), day(text).day)
        assert found.end == day(given["billing_at"])
        assert last_day in found


def test_the_upgrade_day_belongs_to_the_new_package() -> None:
    given, expected = case("lago-upgrade-day-belongs-to-new-plan")
    whole, on = period(given["period"]), day(given["upgrade_on"])
    left = (whole.end - on).days
    assert part(given["old_cents"], left, whole.days, HALF_UP) == expected["credit_cents"]
    charged = part(given["new_cents"], expected["charged_days"], given["new_period_days"], HALF_UP)
    assert charged == expected["charge_cents"]


def test_the_day_of_a_cancellation_is_used() -> None:
    given, expected = case("lago-termination-quarterly-32-days")
    used = count_days(day(given["start"]), day(given["terminated"]), ACTUAL) + 1
    assert used == expected["used_days"]
    amount = part(given["amount_cents"], used, given["period_days"], HALF_UP)
    assert amount == expected["amount_cents"]


def test_a_leap_february_has_29_days() -> None:
    given, expected = case("lago-leap-feb-fixed-charge")
    month = calendar_month(day(given["start"]))
    days = count_days(day(given["start"]), month.end, ACTUAL)
    for price, amount in (
        (given["fixed_charge_cents"], expected["fixed_charge"]),
        (given["subscription_cents"], expected["subscription"]),
    ):
        assert part(price, days, month.days, HALF_UP) == amount


def test_days_beyond_the_period_never_raise_the_price() -> None:
    given, expected = case("om-usd-proration")
    price, whole = parse(given["amount"], "USD"), given["period_days"]
    assert part(price, given["days"], whole, HALF_UP) == parse(expected["amount"], "USD")
    assert part(price, whole + 9, whole, HALF_UP) == parse(expected["over_long"], "USD")


def test_allocation_by_largest_remainder() -> None:
    given, expected = case("om-allocate-largest-remainder-jpy")
    assert allocate(given["amount"], dict(given["weights"])) == expected
    given, expected = case("om-allocate-weights")
    split = allocate(parse(given["amount"], "USD"), dict(given["weights"]))
    assert {name: to_text(share, "USD") for name, share in split.items()} == expected


@pytest.mark.parametrize(
    ("name", "currency"),
    [("pretix-jpy-tax-rounding-modes", "JPY"), ("pretix-eur-tax-rounding-modes", "EUR")],
)
def test_inclusive_tax_once_per_document(name: str, currency: str) -> None:
    given, expected = case(name)
    gross = given["lines"] * parse(str(given["gross"]), currency)
    tax = tax_of(gross, Decimal(given["tax_pct"]), rounding=HALF_UP, inclusive=True)
    answer = expected["sum_by_net_keep_gross"]
    texts = list(answer.values()) if isinstance(answer, dict) else answer
    assert [to_text(value, currency) for value in (gross, tax, gross - tax)] == [
        str(text) for text in texts
    ]
