"""Trials, minimum terms and their three policies."""

from collections.abc import Callable
from typing import Any

import pytest

from packages.pricing.problems import HistoryError

Bills = Callable[..., list[tuple[str, str, int, int, int]]]
Preview = Callable[..., dict[str, Any]]

TRIAL: dict[str, Any] = {"basic": {"trial_days": 14}, "plus": {"trial_days": 30}}
TERM: dict[str, Any] = {"plus": {"minimum_term_months": 12}, "premium": {"minimum_term_months": 12}}


def test_an_upgrade_in_the_trial_is_free_and_does_not_extend_it(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-10 subscribe basic; 2026-04-12 change plus",
        through="2026-05-01",
        packages=TRIAL,
    )
    # billed from 24 April: 980 * 7 / 30 = 228
    assert [(made["date"], made["net"]) for made in answer["documents"]] == [("2026-04-24", 228)]
    assert answer["subscriptions"] == [
        {"package": "basic", "from": "2026-04-10", "to": "2026-04-12"},
        {"package": "plus", "from": "2026-04-12", "to": None},
    ]


def test_a_downgrade_in_the_trial_happens_at_its_end(bills: Bills) -> None:
    # the trial of plus is 30 days: 10 May; 500 * 22 / 31 = 354
    assert bills(
        "2026-04-10 subscribe plus; 2026-04-12 change basic", through="2026-05-11", packages=TRIAL
    ) == [("2026-05-10", "invoice", 354, 35, 389)]


@pytest.mark.parametrize("when", ["now", "period_end"])
@pytest.mark.parametrize(
    "mode", ["actual_days", "fixed_30", "none_calendar_month", "none_anniversary"]
)
@pytest.mark.parametrize("term_policy", ["end_of_term", "capped", "none"])
def test_leaving_in_the_trial_costs_nothing(
    bills: Bills, when: str, mode: str, term_policy: str
) -> None:
    assert (
        bills(
            f"2026-04-10 subscribe basic; 2026-04-23 cancel {when}",
            through="2026-09-01",
            packages=TRIAL | {"basic": {"trial_days": 14, "minimum_term_months": 12}},
            proration=mode,
            term_policy=term_policy,
            term_fee=1000,
        )
        == []
    )


def test_the_trial_is_one_window_from_the_first_subscription(bills: Bills) -> None:
    # back inside the window: free to its end; back later: paid at once
    assert bills(
        "2026-04-10 subscribe basic; 2026-04-11 cancel now; 2026-04-20 subscribe basic",
        through="2026-05-01",
        packages=TRIAL,
    ) == [("2026-04-24", "invoice", 116, 11, 127)]
    assert bills(
        "2026-04-10 subscribe basic; 2026-04-11 cancel now; 2026-04-27 subscribe plus",
        through="2026-05-01",
        packages=TRIAL,
    ) == [("2026-04-27", "invoice", 130, 13, 143)]


def test_unprorated_months_touched_only_by_the_trial_are_free(bills: Bills) -> None:
    assert bills(
        "2026-04-10 subscribe plus",
        through="2026-06-02",
        packages=TRIAL,
        proration="none_calendar_month",
    ) == [
        ("2026-05-10", "invoice", 980, 98, 1078),
        ("2026-06-01", "invoice", 980, 98, 1078),
    ]


def test_the_anniversary_is_the_day_of_the_first_billing(bills: Bills) -> None:
    made = bills(
        "2026-01-17 subscribe basic",
        through="2026-05-01",
        packages=TRIAL,
        proration="none_anniversary",
    )
    assert [document[0] for document in made] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
    ]


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_a_cancellation_waits_for_the_end_of_the_term(preview_of: Preview, when: str) -> None:
    answer = preview_of(
        f"2026-04-01 subscribe plus; 2026-09-20 cancel {when}",
        through="2028-01-01",
        packages=TERM,
    )
    assert answer["subscriptions"] == [
        {"package": "plus", "from": "2026-04-01", "to": "2027-04-01"}
    ]
    assert [made["net"] for made in answer["documents"]] == [980] * 12


def test_a_cancellation_that_waits_can_be_revoked(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-01 subscribe plus; 2026-09-20 cancel now; 2027-03-31 revoke",
        through="2027-05-02",
        packages=TERM,
    )
    assert answer["subscriptions"][-1]["to"] is None
    assert len(answer["documents"]) == 14


def test_a_capped_term_costs_its_fee_with_its_own_rate(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-01 subscribe plus; 2026-09-20 cancel",
        through="2027-01-01",
        packages=TERM,
        term_policy="capped",
        term_fee=980,
        term_fee_tax_rate="0",
    )
    assert answer["documents"][-1] == {
        "kind": "invoice",
        "date": "2026-10-01",
        "lines": [
            {
                "package": "plus",
                "fee": "minimum_term",
                "period": ["2026-10-01", "2027-04-01"],
                "amount": 980,
                "tax_rate": "0",
            }
        ],
        "taxes": [{"rate": "0", "net": 980, "tax": 0}],
        "net": 980,
        "tax": 0,
        "total": 980,
    }
    assert answer["subscriptions"][-1]["to"] == "2026-10-01"


def test_a_capped_cancellation_now_sets_the_credit_against_the_fee(bills: Bills) -> None:
    # credit 458, fee 1000, taxed together at the rate of the package: 542
    assert bills(
        "2026-04-01 subscribe plus; 2026-04-16 cancel now",
        through="2027-01-01",
        packages=TERM,
        term_policy="capped",
        term_fee=1000,
    )[1:] == [("2026-04-16", "invoice", 542, 54, 596)]


def test_after_the_term_there_is_no_fee(bills: Bills) -> None:
    made = bills(
        "2026-04-01 subscribe plus; 2027-03-05 cancel",
        through="2028-01-01",
        packages=TERM,
        term_policy="capped",
        term_fee=1000,
    )
    assert {document[2] for document in made} == {980}
    assert len(made) == 12


def test_policy_none_lets_go(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-01 subscribe plus; 2026-09-20 cancel",
        through="2028-01-01",
        packages=TERM,
        term_policy="none",
    )
    assert answer["subscriptions"][-1]["to"] == "2026-10-01"


def test_a_downgrade_inside_the_term_is_refused_with_its_end(preview_of: Preview) -> None:
    events = "2026-04-01 subscribe plus; {} change basic"
    with pytest.raises(HistoryError) as refused:
        preview_of(events.format("2026-09-20"), through="2028-01-01", packages=TERM)
    (problem,) = refused.value.errors
    assert problem["code"] == "minimum_term"
    assert (problem["index"], problem["field"]) == (1, "events[1].on")
    assert "2027-04-01" in problem["detail"]
    answer = preview_of(events.format("2027-04-01"), through="2028-01-01", packages=TERM)
    assert answer["subscriptions"][0]["to"] == "2027-05-01"


def test_an_upgrade_keeps_the_end_of_the_term(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-01 subscribe plus; 2026-10-01 change premium; 2026-11-01 cancel",
        through="2028-01-01",
        packages=TERM,
    )
    assert answer["subscriptions"][-1] == {
        "package": "premium",
        "from": "2026-10-01",
        "to": "2027-04-01",
    }


def test_a_term_that_ends_inside_a_period_is_covered_by_whole_periods(preview_of: Preview) -> None:
    answer = preview_of(
        "2026-04-10 subscribe plus; 2026-09-20 cancel", through="2028-01-01", packages=TERM
    )
    assert answer["subscriptions"][-1]["to"] == "2027-05-01"
