"""Upgrades, downgrades, cancellations and coming back, by actual days.

Expected amounts are worked out beside each case from the formulas of docs/billing/pricing.md.
"""

from collections.abc import Callable
from typing import Any

import pytest

Bills = Callable[..., list[tuple[str, str, int, int, int]]]
Preview = Callable[..., dict[str, Any]]


def test_a_mid_month_start_pays_for_its_days(bills: Bills) -> None:
    # 500 * 21 / 30 = 350
    assert bills("2026-04-10 subscribe basic", through="2026-05-02") == [
        ("2026-04-10", "invoice", 350, 35, 385),
        ("2026-05-01", "invoice", 500, 50, 550),
    ]


def test_an_upgrade_after_a_mid_month_start_keeps_only_what_was_used(bills: Bills) -> None:
    # billed 350; kept 500 * 6 / 30 = 100; credit 250; new 980 * 15 / 30 = 490
    assert bills("2026-04-10 subscribe basic; 2026-04-16 change plus", through="2026-05-01") == [
        ("2026-04-10", "invoice", 350, 35, 385),
        ("2026-04-16", "invoice", 240, 24, 264),
    ]


def test_two_upgrades_on_different_days(bills: Bills) -> None:
    # 21 April: kept 980 * 5 / 30 = 163; credit 490 - 163 = 327; new 1980 * 10 / 30 = 660
    assert bills(
        "2026-04-01 subscribe basic; 2026-04-16 change plus; 2026-04-21 change premium",
        through="2026-05-01",
    )[2:] == [("2026-04-21", "invoice", 333, 33, 366)]


def test_two_upgrades_on_one_day_are_one_document(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-01 subscribe basic; 2026-04-16 change plus; 2026-04-16 change premium",
        through="2026-05-01",
    )
    (_, upgrade) = answer["documents"]
    # credit 250, new 1980 * 15 / 30 = 990; plus was never used and leaves no line
    assert [(line["package"], line["amount"]) for line in upgrade["lines"]] == [
        ("basic", -250),
        ("premium", 990),
    ]
    assert (upgrade["net"], upgrade["tax"]) == (740, 74)
    assert [row["package"] for row in answer["subscriptions"]] == ["basic", "premium"]


def test_an_upgrade_on_the_first_day_of_a_period_comes_after_the_renewal(
    preview_of: Preview,
) -> None:
    answer = preview_of("2026-04-01 subscribe basic; 2026-05-01 change plus", through="2026-05-02")
    assert answer["documents"][1]["lines"] == [
        {
            "package": "plus",
            "period": ["2026-05-01", "2026-06-01"],
            "amount": 980,
            "tax_rate": "10",
        }
    ]


def test_an_upgrade_drops_a_pending_downgrade(bills: Bills) -> None:
    assert bills(
        "2026-04-01 subscribe plus; 2026-04-05 change basic; 2026-04-16 change premium",
        through="2026-05-02",
    ) == [
        ("2026-04-01", "invoice", 980, 98, 1078),
        ("2026-04-16", "invoice", 500, 50, 550),  # 990 - (980 - 490)
        ("2026-05-01", "invoice", 1980, 198, 2178),
    ]


def test_revoke_drops_a_pending_downgrade_and_a_pending_cancellation(bills: Bills) -> None:
    stays = [
        ("2026-04-01", "invoice", 980, 98, 1078),
        ("2026-05-01", "invoice", 980, 98, 1078),
    ]
    for asked in ("change basic", "cancel period_end", "cancel"):
        events = f"2026-04-01 subscribe plus; 2026-04-05 {asked}; 2026-04-06 revoke"
        assert bills(events, through="2026-05-02") == stays


def test_the_later_downgrade_replaces_the_earlier(bills: Bills) -> None:
    assert bills(
        "2026-04-01 subscribe premium; 2026-04-05 change basic; 2026-04-06 change plus",
        through="2026-05-02",
    )[1:] == [("2026-05-01", "invoice", 980, 98, 1078)]


def test_a_cancellation_replaces_a_pending_downgrade(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-01 subscribe plus; 2026-04-05 change basic; 2026-04-06 cancel",
        through="2026-06-01",
    )
    assert len(answer["documents"]) == 1
    assert answer["subscriptions"] == [
        {"package": "plus", "from": "2026-04-01", "to": "2026-05-01"}
    ]


def test_an_upgrade_leaves_a_cancellation_standing(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-01 subscribe basic; 2026-04-05 cancel; 2026-04-16 change plus",
        through="2026-06-01",
    )
    assert [made["date"] for made in answer["documents"]] == ["2026-04-01", "2026-04-16"]
    assert answer["subscriptions"][-1]["to"] == "2026-05-01"


def test_cancelling_now_on_the_first_day_keeps_one_day(bills: Bills) -> None:
    # one document: 980 - (980 - 980 * 1 / 30) = 32, tax 3
    assert bills("2026-04-01 subscribe plus; 2026-04-01 cancel now", through="2026-06-01") == [
        ("2026-04-01", "invoice", 32, 3, 35)
    ]


def test_cancelling_now_on_the_last_day_gives_nothing_back(bills: Bills) -> None:
    assert bills("2026-04-01 subscribe plus; 2026-04-30 cancel now", through="2026-06-01") == [
        ("2026-04-01", "invoice", 980, 98, 1078)
    ]


def test_cancelling_after_an_upgrade_gives_back_tax_of_both_documents(bills: Bills) -> None:
    # before: net 740, tax 74. kept of plus 980 * 5 / 30 = 163, credit 327; remains 413, tax 41
    assert bills(
        "2026-04-01 subscribe basic; 2026-04-16 change plus; 2026-04-20 cancel now",
        through="2026-06-01",
    )[2:] == [("2026-04-20", "credit_note", -327, -33, -360)]


def test_a_credit_refers_to_the_documents_of_its_own_period(bills: Bills) -> None:
    # May: kept 985 * 16 / 31 = 508, tax 50 of floor(98.5) = 98; both months together would be 47
    (_, _, credit) = bills(
        "2026-04-01 subscribe plus; 2026-05-16 cancel now",
        through="2026-06-01",
        packages={"plus": {"price": 985}},
    )
    assert credit == ("2026-05-16", "credit_note", -477, -48, -525)


def test_an_inclusive_credit_note_conserves_tax(bills: Bills) -> None:
    # gross 980, tax floor(980 / 11) = 89; kept 522, tax floor(522 / 11) = 47; back 458 with 42
    # (458 / 11 alone would be 41)
    assert bills(
        "2026-04-01 subscribe plus; 2026-04-16 cancel now",
        through="2026-06-01",
        tax_inclusive=True,
    ) == [
        ("2026-04-01", "invoice", 891, 89, 980),
        ("2026-04-16", "credit_note", -416, -42, -458),
    ]


@pytest.mark.parametrize(("rounding", "tax"), [("floor", -46), ("half_up", -46), ("ceil", -45)])
def test_credit_tax_under_each_rounding(bills: Bills, rounding: str, tax: int) -> None:
    # invoice tax 98 in all; of 522 remaining 52, 52, 53
    (_, credit) = bills(
        "2026-04-01 subscribe plus; 2026-04-16 cancel now",
        through="2026-06-01",
        tax_rounding=rounding,
    )
    assert credit == ("2026-04-16", "credit_note", -458, tax, -458 + tax)


def test_rates_are_rounded_apart(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-01 subscribe basic; 2026-04-17 change plus",
        through="2026-05-01",
        packages={"plus": {"tax_rate": "8"}},
    )
    # credit 500 - 266 = 234: tax 50 - floor(26.6) = 24; new 980 * 14 / 30 = 457: floor(36.56)
    assert answer["documents"][1]["taxes"] == [
        {"rate": "8", "net": 457, "tax": 36},
        {"rate": "10", "net": -234, "tax": -24},
    ]


def test_rank_decides_even_when_the_higher_package_is_cheaper(bills: Bills) -> None:
    # premium at 200: credit 250, new 100, so -150; remains 350 with tax 35 of 50
    assert bills(
        "2026-04-01 subscribe basic; 2026-04-16 change premium",
        through="2026-05-01",
        packages={"premium": {"price": 200}},
    )[1:] == [("2026-04-16", "credit_note", -150, -15, -165)]


def test_a_free_package_makes_no_document(bills: Bills) -> None:
    free = {"basic": {"price": 0}}
    assert bills("2026-04-01 subscribe basic", through="2026-09-01", packages=free) == []
    assert bills(
        "2026-04-01 subscribe basic; 2026-04-16 change plus", through="2026-05-01", packages=free
    ) == [("2026-04-16", "invoice", 490, 49, 539)]
