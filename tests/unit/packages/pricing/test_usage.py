"""Usage models alone, and usage in arrears inside a history."""

from collections.abc import Callable
from typing import Any

import pytest

from packages.pricing.offering import Tier, UsageModel, UsagePrice
from packages.pricing.usage import amount_for

Bills = Callable[..., list[tuple[str, str, int, int, int]]]
Preview = Callable[..., dict[str, Any]]

TIERS = (Tier(5, 100), Tier(None, 80))
REPORTS: dict[str, Any] = {"report": {"included": 2, "tiers": [[5, 100], [None, 80]]}}
WITH_REPORTS: dict[str, Any] = {"plus": {"usage": REPORTS}}


@pytest.mark.parametrize(
    ("quantity", "graduated", "volume"),
    [(0, 0, 0), (2, 0, 0), (3, 100, 100), (5, 300, 300), (6, 380, 320), (8, 540, 480)],
)
def test_tiers_count_all_units(quantity: int, graduated: int, volume: int) -> None:
    for model, amount in ((UsageModel.GRADUATED, graduated), (UsageModel.VOLUME, volume)):
        assert amount_for(UsagePrice(model, included=2, tiers=TIERS), quantity) == amount


def test_included_may_reach_into_a_later_tier() -> None:
    assert amount_for(UsagePrice(UsageModel.GRADUATED, included=6, tiers=TIERS), 8) == 160


@pytest.mark.parametrize(
    ("quantity", "amount"), [(0, 0), (3, 0), (4, 100), (13, 100), (14, 200), (24, 300)]
)
def test_begun_bundles_are_charged_whole(quantity: int, amount: int) -> None:
    price = UsagePrice(UsageModel.PACKAGE, included=3, size=10, price=100)
    assert amount_for(price, quantity) == amount


@pytest.mark.parametrize(
    "tiers",
    [
        (),
        (Tier(5, 100),),
        (Tier(None, 80), Tier(None, 70)),
        (Tier(5, 1), Tier(5, 2), Tier(None, 3)),
        (Tier(0, 1), Tier(None, 3)),
        (Tier(None, -1),),
    ],
)
def test_tiers_that_leave_a_gap_are_refused(tiers: tuple[Tier, ...]) -> None:
    with pytest.raises(ValueError, match=r"tier|up_to|unit_price"):
        UsagePrice(UsageModel.GRADUATED, tiers=tiers)


def test_included_units_are_given_once_a_period_and_not_prorated(bills: Bills) -> None:
    assert bills(
        "2026-04-20 subscribe plus",
        through="2026-06-02",
        packages=WITH_REPORTS,
        usage=[
            ("2026-04-20", "report", 2),
            ("2026-05-01", "report", 2),
            ("2026-05-31", "report", 1),
        ],
    )[1:] == [
        ("2026-05-01", "invoice", 980, 98, 1078),
        ("2026-06-01", "invoice", 1080, 108, 1188),
    ]


def test_usage_of_a_period_left_early_is_billed_when_the_period_ends(bills: Bills) -> None:
    assert bills(
        "2026-04-01 subscribe plus; 2026-04-16 cancel now",
        through="2026-06-01",
        packages=WITH_REPORTS,
        usage=[("2026-04-16", "report", 4), ("2026-04-17", "report", 9)],
    )[1:] == [
        ("2026-04-16", "credit_note", -458, -46, -504),
        ("2026-05-01", "invoice", 200, 20, 220),
    ]


def test_usage_of_a_month_is_priced_once_by_the_last_package_that_prices_it(
    preview_of: Preview,
) -> None:
    answer = preview_of(
        "2026-04-01 subscribe basic; 2026-04-16 change plus; 2026-04-20 change premium",
        through="2026-05-02",
        packages=WITH_REPORTS | {"basic": {"usage": {"report": {"tiers": [[None, 1000]]}}}},
        usage=[
            ("2026-04-02", "report", 3),
            ("2026-04-18", "report", 3),
            ("2026-04-25", "report", 2),
        ],
    )
    assert answer["documents"][-1]["lines"][-1] == {
        "package": "plus",
        "component": "report",
        "quantity": 8,
        "period": ["2026-04-01", "2026-05-01"],
        "amount": 540,
        "tax_rate": "10",
    }


def test_coming_back_in_the_same_month_shares_the_included_units(bills: Bills) -> None:
    made = bills(
        "2026-04-01 subscribe plus; 2026-04-05 cancel now; 2026-04-20 subscribe plus;"
        "2026-04-25 cancel now",
        through="2026-06-01",
        packages=WITH_REPORTS,
        usage=[("2026-04-03", "report", 2), ("2026-04-21", "report", 2)],
        proration="none_calendar_month",
    )
    assert made[1:] == [("2026-05-01", "invoice", 200, 20, 220)]


def test_usage_in_the_trial_is_free(bills: Bills) -> None:
    assert bills(
        "2026-04-10 subscribe plus",
        through="2026-05-02",
        packages={"plus": {"usage": REPORTS, "trial_days": 14}},
        usage=[("2026-04-23", "report", 9), ("2026-04-24", "report", 3)],
    ) == [
        ("2026-04-24", "invoice", 228, 22, 250),
        ("2026-05-01", "invoice", 1080, 108, 1188),
    ]


def test_a_downgrade_does_not_touch_the_usage_of_the_period_it_ends(bills: Bills) -> None:
    assert bills(
        "2026-04-01 subscribe plus; 2026-04-16 change basic",
        through="2026-05-02",
        packages=WITH_REPORTS,
        usage=[("2026-04-30", "report", 8)],
    )[1:] == [("2026-05-01", "invoice", 1040, 104, 1144)]


def test_anniversary_usage_runs_from_anniversary_to_anniversary(bills: Bills) -> None:
    assert bills(
        "2026-04-10 subscribe plus",
        through="2026-05-11",
        packages=WITH_REPORTS,
        usage=[("2026-05-09", "report", 3), ("2026-05-10", "report", 50)],
        proration="none_anniversary",
    )[1:] == [("2026-05-10", "invoice", 1080, 108, 1188)]
