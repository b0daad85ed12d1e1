"""Every refusal names its place and its cure."""

from collections.abc import Callable
from typing import Any

import pytest

from packages.pricing.preview import preview
from packages.pricing.problems import HistoryError, Problem

Preview = Callable[..., dict[str, Any]]


def good() -> dict[str, Any]:
    return {
        "currency": "JPY",
        "policy": {"proration": "actual_days", "cycle": "calendar_month"},
        "packages": {
            "basic": {"rank": 1, "price": 500, "tax_rate": "10"},
            "plus": {
                "rank": 2,
                "price": 980,
                "tax_rate": "10",
                "usage": {"report": {"tiers": [[5, 100], [None, 80]]}},
            },
        },
        "events": [{"on": "2026-04-01", "do": "subscribe", "package": "basic"}],
        "usage": [{"on": "2026-04-02", "component": "report", "quantity": 1}],
        "through": "2026-06-01",
    }


def problems_of(history: object) -> list[Problem]:
    with pytest.raises(HistoryError) as refused:
        preview(history)
    return refused.value.errors


def with_change(path: str, value: Any) -> dict[str, Any]:
    history: Any = good()
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    inner = history
    for step in way:
        inner = inner[step]
    inner[last] = value
    return dict(history)


def test_the_good_history_is_good() -> None:
    assert len(preview(good())["documents"]) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "value", "field", "code"),
    [
        ("currency", "XXX", "currency", "unknown_currency"),
        ("currency", None, "currency", "unknown_currency"),
        ("timezone", "Tokyo", "timezone", "unknown_timezone"),
        ("timezone", "America", "timezone", "unknown_timezone"),
        ("timezone", "../etc", "timezone", "unknown_timezone"),
        ("through", "2026-02-30", "through", "bad_date"),
        ("through", "20260601", "through", "bad_date"),
        ("through", "2026-06-01T00:00:00", "through", "bad_date"),
        ("through", "9999-12-31", "through", "bad_date"),
        ("through", 20260601, "through", "bad_date"),
        ("discount", 5, "discount", "unknown_key"),
        ("policy/proration", "daily", "policy.proration", "unknown_value"),
        ("policy/cycle", "weekly", "policy.cycle", "unknown_value"),
        ("policy/tax_rounding", "up", "policy.tax_rounding", "unknown_value"),
        ("policy/tax_inclusive", "no", "policy.tax_inclusive", "not_a_flag"),
        ("policy/tax_inclusive", 0, "policy.tax_inclusive", "not_a_flag"),
        ("policy/term_policy", "free", "policy.term_policy", "unknown_value"),
        ("policy/term_fee", 9.5, "policy.term_fee", "float_money"),
        ("policy/term_fee_tax_rate", "ten", "policy.term_fee_tax_rate", "bad_rate"),
        ("packages", [], "packages", "not_an_object"),
        ("packages/basic/price", 500.0, "packages.basic.price", "float_money"),
        ("packages/basic/price", "500", "packages.basic.price", "not_a_number"),
        ("packages/basic/price", True, "packages.basic.price", "not_a_number"),
        ("packages/basic/price", -1, "packages.basic.price", "out_of_range"),
        ("packages/basic/price", 10**50, "packages.basic.price", "out_of_range"),
        ("packages/basic/rank", 1.0, "packages.basic.rank", "float"),
        ("packages/basic/tax_rate", "101", "packages.basic.tax_rate", "bad_rate"),
        ("packages/basic/tax_rate", "-1", "packages.basic.tax_rate", "bad_rate"),
        ("packages/basic/tax_rate", 10.0, "packages.basic.tax_rate", "bad_rate"),
        ("packages/basic/tax_rate", 10**50, "packages.basic.tax_rate", "bad_rate"),
        ("packages/basic/trial_days", -1, "packages.basic.trial_days", "out_of_range"),
        ("packages/basic/colour", "red", "packages.basic.colour", "unknown_key"),
        ("packages/plus/usage/report/model", "flat", "packages.plus.usage.report.model",
         "unknown_value"),
        ("packages/plus/usage/report/size", 3, "packages.plus.usage.report.size", "unknown_key"),
        ("packages/plus/usage/report/tiers", [[5, 100]], "packages.plus.usage.report.tiers",
         "bad_tiers"),
        ("packages/plus/usage/report/tiers/0", [5], "packages.plus.usage.report.tiers[0]",
         "bad_tier"),
        ("packages/plus/usage/report/tiers/0", [5, 1.5],
         "packages.plus.usage.report.tiers[0][1]", "float_money"),
        ("events/0/on", "2026-13-01", "events[0].on", "bad_date"),
        ("events/0/do", "join", "events[0].do", "unknown_value"),
        ("events/0/do", ["subscribe"], "events[0].do", "unknown_value"),
        ("events/0/package", "gold", "events[0].package", "unknown_package"),
        ("events/0/when", "now", "events[0].when", "unknown_key"),
        ("events/0", "subscribe", "events[0]", "not_an_object"),
        ("usage/0/component", "sms", "usage[0].component", "unknown_component"),
        ("usage/0/quantity", 1.0, "usage[0].quantity", "float"),
        ("usage/0/quantity", -1, "usage[0].quantity", "out_of_range"),
        ("usage", None, "usage", "not_a_list"),
    ],
)  # fmt: skip
def test_a_wrong_value_names_its_place(path: str, value: Any, field: str, code: str) -> None:
    found = {(p["field"], p["code"]): p for p in problems_of(with_change(path, value))}
    assert (found[field, code]["index"] is not None) == ("[" in field)


@pytest.mark.parametrize("key", ["currency", "policy", "packages", "events", "through"])
def test_a_missing_key_is_named(key: str) -> None:
    history = good()
    del history[key]
    assert (key, "missing") in [(p["field"], p["code"]) for p in problems_of(history)]


@pytest.mark.parametrize(
    ("proration", "cycle"),
    [("none_calendar_month", "anniversary"), ("none_anniversary", "calendar_month")],
)
def test_a_wrong_pair_of_proration_and_cycle_names_the_right_one(
    proration: str, cycle: str
) -> None:
    (problem,) = problems_of(with_change("policy", {"proration": proration, "cycle": cycle}))
    assert (problem["field"], problem["code"]) == ("policy.cycle", "wrong_pair")
    assert f"write {proration.removeprefix('none_')}" in problem["detail"]


def test_a_number_too_long_to_print_is_still_named() -> None:
    for path in ("packages/basic/price", "packages/basic/tax_rate", "events/0/on", "currency"):
        (problem,) = problems_of(with_change(path, 10**5000))
        assert problem["field"].endswith(path.rsplit("/", 1)[-1])


@pytest.mark.parametrize("history", [None, [], 5, "x", {}, {"events": 3}, {1: 2}])
def test_what_is_no_history_is_refused(history: object) -> None:
    assert problems_of(history)


def test_all_problems_of_shape_come_at_once() -> None:
    history = with_change("packages/basic/price", 1.5) | {"through": "soon"}
    history["events"] += [{"do": "cancel"}, {"on": "2026-04-05", "do": "change", "package": "x"}]
    places = [(problem["index"], problem["field"]) for problem in problems_of(history)]
    assert places == [
        (None, "packages.basic.price"),
        (1, "events[1].on"),
        (2, "events[2].package"),
        (None, "through"),
    ]


@pytest.mark.parametrize(
    ("events", "index", "code"),
    [
        ("2026-04-01 change plus", 0, "not_subscribed"),
        ("2026-04-01 cancel", 0, "not_subscribed"),
        ("2026-04-01 revoke", 0, "not_subscribed"),
        ("2026-04-01 change plus; 2026-04-02 subscribe basic", 0, "not_subscribed"),
        ("2026-04-01 subscribe basic; 2026-04-02 subscribe plus", 1, "already_subscribed"),
        (
            "2026-04-01 subscribe basic; 2026-04-02 cancel now; 2026-04-02 subscribe basic",
            2,
            "already_subscribed",
        ),
        ("2026-04-01 subscribe basic; 2026-04-02 cancel now; 2026-04-03 change plus", 2,
         "not_subscribed"),
        ("2026-04-01 subscribe basic; 2026-04-02 cancel; 2026-05-01 revoke", 2, "not_subscribed"),
        ("2026-04-01 subscribe basic; 2026-04-02 revoke", 1, "nothing_pending"),
        ("2026-04-01 subscribe plus; 2026-04-02 change basic; 2026-05-01 revoke", 2,
         "nothing_pending"),
        ("2026-04-01 subscribe basic; 2026-04-02 change basic", 1, "same_package"),
        ("2026-04-01 subscribe basic; 2026-04-02 change even", 1, "same_rank"),
        ("2026-04-01 subscribe plus; 2026-04-02 cancel; 2026-04-03 change basic", 2,
         "cancellation_pending"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_happen_is_named(
    preview_of: Preview, events: str, index: int, code: str
) -> None:
    with pytest.raises(HistoryError) as refused:
        preview_of(
            events,
            through="2026-06-01",
            packages={"even": {"rank": 1, "price": 600, "tax_rate": "10"}},
        )
    (problem,) = refused.value.errors
    assert (problem["index"], problem["code"]) == (index, code)
    assert problem["field"].startswith(f"events[{index}]")


def test_events_may_come_in_any_order_of_dates(preview_of: Preview) -> None:
    in_order = "2026-04-01 subscribe basic; 2026-04-16 change plus"
    turned = "2026-04-16 change plus; 2026-04-01 subscribe basic"
    assert preview_of(turned, through="2026-06-01") == preview_of(in_order, through="2026-06-01")


def test_what_happens_on_or_after_through_is_not_looked_at(preview_of: Preview) -> None:
    answer = preview_of("2026-04-01 subscribe basic; 2026-05-01 cancel now", through="2026-05-01")
    assert len(answer["documents"]) == 1
    assert answer["subscriptions"] == [{"package": "basic", "from": "2026-04-01", "to": None}]


def test_a_pending_downgrade_shows_in_the_subscriptions(preview_of: Preview) -> None:
    answer = preview_of("2026-04-01 subscribe plus; 2026-04-05 change basic", through="2026-05-01")
    assert answer["subscriptions"] == [
        {"package": "plus", "from": "2026-04-01", "to": "2026-05-01"},
        {"package": "basic", "from": "2026-05-01", "to": None},
    ]
