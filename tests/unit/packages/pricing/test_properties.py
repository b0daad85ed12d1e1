"""What holds for every history, found by hypothesis."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from healthcare.kernel.money import Rounding
from healthcare.kernel.periods import Period
from packages.pricing.documents import (
    Document,
    DocumentKind,
    Line,
    LineKind,
    billed_after,
    document,
)
from packages.pricing.history import (
    Cancel,
    CancelWhen,
    Change,
    Event,
    History,
    Replayed,
    Revoke,
    Subscribe,
    UsageRecord,
)
from packages.pricing.offering import Package, Tier, UsageModel, UsagePrice
from packages.pricing.policy import Cycle, Policy, Proration, TermPolicy, default_cycle
from packages.pricing.preview import preview
from packages.pricing.problems import HistoryError, Problem
from packages.pricing.tax import tax_of
from packages.pricing.timeline import replay

FIRST, LAST = date(2024, 1, 1), date(2025, 3, 1)
days = st.dates(FIRST, LAST)
rates = st.sampled_from([Decimal("10"), Decimal("8"), Decimal("7.7"), Decimal("0")])
codes = st.sampled_from(["low", "middle", "high"])
tax_settings = st.tuples(st.sampled_from(Rounding), st.booleans())


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    proration = draw(st.sampled_from(Proration))
    cycle = default_cycle(proration)
    if proration in (Proration.ACTUAL_DAYS, Proration.FIXED_30):
        cycle = draw(st.sampled_from(Cycle))
    rounding, inclusive = draw(tax_settings)
    return Policy(
        proration=proration,
        cycle=cycle,
        tax_rounding=rounding,
        tax_inclusive=inclusive,
        term_policy=draw(st.sampled_from(TermPolicy)),
        term_fee=draw(st.integers(0, 3000)),
    )


@st.composite
def packages(draw: st.DrawFn) -> dict[str, Package]:
    reports = UsagePrice(
        draw(st.sampled_from([UsageModel.GRADUATED, UsageModel.VOLUME])),
        included=draw(st.integers(0, 4)),
        tiers=(Tier(5, 100), Tier(None, 80)),
    )
    return {
        code: Package(
            code=code,
            rank=rank,
            price=draw(st.integers(0, 3000)),
            tax_rate=draw(rates),
            trial_days=draw(st.sampled_from([0, 0, 1, 14, 40])),
            minimum_term_months=draw(st.sampled_from([0, 0, 3])),
            usage={"report": reports} if draw(st.booleans()) else {},
        )
        for rank, code in enumerate(["low", "middle", "high"])
    }


events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Subscribe, on=days, package=codes),
    st.builds(Change, on=days, package=codes),
    st.builds(Cancel, on=days, when=st.sampled_from(CancelWhen)),
    st.builds(Revoke, on=days),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Histories that can be: events that a subscription does not take are left out."""
    policy, offered = draw(policies()), draw(packages())
    usage = draw(
        st.lists(st.builds(UsageRecord, days, st.just("report"), st.integers(0, 9)), max_size=6)
    )
    taken: list[Event] = []
    for event in sorted(draw(st.lists(events, max_size=12)), key=lambda event: event.on):
        tried = History(policy, offered, [*taken, event], usage, LAST + timedelta(days=40))
        try:
            replay(tried)
        except HistoryError:
            continue
        taken.append(event)
    return History(policy, offered, taken, usage, LAST + timedelta(days=40))


def upto(history: History, through: date) -> Replayed:
    return replay(History(history.policy, history.packages, history.events, history.usage, through))


@settings(max_examples=120, deadline=None)
@given(histories(), days)
def test_looking_further_never_changes_earlier_documents(history: History, through: date) -> None:
    whole, part = replay(history), upto(history, through)
    assert part.documents == tuple(made for made in whole.documents if made.date < through)


@settings(max_examples=120, deadline=None)
@given(histories())
def test_documents_are_one_a_day_and_never_zero(history: History) -> None:
    documents = replay(history).documents
    assert all(earlier.date < later.date for earlier, later in pairwise(documents))
    for made in documents:
        assert any(total.net or total.tax for total in made.taxes)
        assert all(line.amount for line in made.lines)
        assert (made.total < 0) == (made.kind is DocumentKind.CREDIT_NOTE)
        gross = made.total if history.policy.tax_inclusive else made.net
        assert sum(line.amount for line in made.lines) == gross


@settings(max_examples=120, deadline=None)
@given(histories())
def test_nobody_has_two_subscriptions_at_once(history: History) -> None:
    rows = replay(history).subscriptions
    for earlier, later in pairwise(rows):
        assert earlier.end is not None
        assert earlier.start < earlier.end <= later.start


@settings(max_examples=120, deadline=None)
@given(histories())
def test_nobody_is_given_back_more_than_was_asked(history: History) -> None:
    documents = replay(history).documents
    running = 0
    for made in documents:
        running += made.total
        assert running >= 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=8), rates, tax_settings, st.randoms())
def test_credits_of_a_whole_invoice_give_back_exactly_its_tax(
    amounts: list[int], rate: Decimal, tax: tuple[Rounding, bool], random: Any
) -> None:
    policy = Policy(tax_rounding=tax[0], tax_inclusive=tax[1])
    month = Period(date(2026, 4, 1), date(2026, 5, 1))
    lines = [
        Line(LineKind.FIXED, f"package-{number}", month, amount, rate)
        for number, amount in enumerate(amounts)
    ]
    invoice = made_of(lines, policy)
    billed = billed_after({}, invoice)
    random.shuffle(lines)
    credits = []
    for line in lines:
        back = Line(line.kind, line.package, line.period, -line.amount, line.tax_rate)
        credit = document(on=month.start, lines=[back], policy=policy, billed=billed)
        assert credit is not None
        credits.append(credit)
        billed = billed_after(billed, credit)
    assert sum(credit.tax for credit in credits) == -invoice.tax
    assert sum(credit.net for credit in credits) == -invoice.net


def made_of(lines: list[Line], policy: Policy) -> Document:
    made = document(on=date(2026, 4, 1), lines=lines, policy=policy)
    assert made is not None
    return made


@given(st.integers(-(10**12), 10**12), rates, tax_settings)
def test_tax_mirrors_and_stays_inside_the_amount(
    amount: int, rate: Decimal, tax: tuple[Rounding, bool]
) -> None:
    rounding, inclusive = tax
    found = tax_of(amount, rate, rounding=rounding, inclusive=inclusive)
    assert found == -tax_of(-amount, rate, rounding=rounding, inclusive=inclusive)
    assert abs(found) <= abs(amount)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
dates = st.sampled_from(["2026-01-31", "2026-02-28", "2026-03-01", "2200-01-01", "x", ""])
words = st.sampled_from(["subscribe", "change", "cancel", "revoke", "now", "basic", "plus", "10"])
near_values = st.one_of(json_values, dates, words)
near_events = st.fixed_dictionaries(
    {"on": dates, "do": words}, optional={"package": words, "when": near_values}
)
near_packages = st.dictionaries(
    words,
    st.fixed_dictionaries(
        {"rank": st.integers(0, 3), "price": st.integers(0, 999) | near_values, "tax_rate": words},
        optional={"trial_days": st.integers(-1, 90), "usage": near_values, "colour": near_values},
    )
    | near_values,
)
near_histories = st.fixed_dictionaries(
    {
        "currency": st.just("JPY") | near_values,
        "policy": st.just({}) | st.dictionaries(words, near_values) | near_values,
        "packages": near_packages | near_values,
        "events": st.lists(near_events | near_values, max_size=5) | near_values,
        "through": dates | near_values,
    },
    optional={"usage": near_values, "timezone": near_values},
)


def answer_or_problems(history: object) -> tuple[dict[str, object] | None, list[Problem]]:
    try:
        return preview(history), []
    except HistoryError as error:
        return None, error.errors


@settings(max_examples=300, deadline=None)
@given(json_values | near_histories)
def test_a_preview_answers_or_says_what_is_wrong(history: object) -> None:
    answer, problems = answer_or_problems(history)
    assert (answer is None) == bool(problems)
    for problem in problems:
        assert problem["code"]
        assert problem["field"].encode()
        assert problem["detail"].encode()
