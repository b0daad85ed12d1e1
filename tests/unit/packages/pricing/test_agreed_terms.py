"""Prices that change with a date, terms agreed by a person, and subscriptions that migrated."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from packages.pricing.history import Change, Event, History, Replayed, Subscribe
from packages.pricing.offering import Package
from packages.pricing.policy import Policy, Proration
from packages.pricing.timeline import replay

BASIC = Package("basic", rank=1, price=500, tax_rate=Decimal(10))
PLUS = Package("plus", rank=2, price=980, tax_rate=Decimal(10))
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


def replayed(
    *events: Event, through: date, basic: Package = BASIC, plus: Package = PLUS
) -> Replayed:
    return replay(
        History(
            policy=Policy(proration=Proration.ACTUAL_DAYS),
            packages={"basic": basic, "plus": plus},
            events=events,
            usage=(),
            through=through,
        )
    )


def nets(found: Replayed) -> list[tuple[date, int]]:
    return [(made.date, made.net) for made in found.documents]


def test_a_new_price_comes_with_the_next_period() -> None:
    dearer = replace(BASIC, later_prices=((date(2026, 4, 10), 600), (JUNE, 700)))
    found = replayed(Subscribe(APRIL, "basic"), through=date(2026, 6, 2), basic=dearer)
    assert nets(found) == [(APRIL, 500), (MAY, 600), (JUNE, 700)]


def test_a_credit_is_of_the_price_the_period_began_with() -> None:
    # basic was billed 500 and is 600 since the 10th: credit 250; plus is 1000: 500
    found = replayed(
        Subscribe(APRIL, "basic"),
        Change(date(2026, 4, 16), "plus"),
        through=MAY,
        basic=replace(BASIC, later_prices=((date(2026, 4, 10), 600),)),
        plus=replace(PLUS, later_prices=((date(2026, 4, 16), 1000),)),
    )
    assert [line.amount for line in found.documents[1].lines] == [-250, 500]


def test_later_prices_must_be_in_order() -> None:
    with pytest.raises(ValueError, match="in the order of their dates"):
        replace(BASIC, later_prices=((JUNE, 600), (MAY, 700)))


def test_a_price_agreed_by_a_person_stands_above_the_catalogue() -> None:
    cheaper = replace(BASIC, price=300)
    found = replayed(
        Subscribe(APRIL, "basic", agreed=cheaper),
        Change(MAY, "plus", agreed=replace(PLUS, price=700)),
        through=date(2026, 5, 2),
    )
    assert nets(found) == [(APRIL, 300), (MAY, 700)]


def test_a_migrated_subscription_is_billed_from_its_own_date() -> None:
    found = replayed(Subscribe(date(2026, 3, 5), "basic", billing_from=MAY), through=JUNE)
    assert nets(found) == [(MAY, 500)]
    assert found.subscriptions[0].start == date(2026, 3, 5)


def test_a_billing_date_in_the_past_bills_from_the_first_day() -> None:
    assert nets(
        replayed(Subscribe(APRIL, "basic", billing_from=date(2026, 1, 1)), through=MAY)
    ) == [(APRIL, 500)]


def test_what_a_billing_run_of_one_month_makes() -> None:
    found = replayed(Subscribe(APRIL, "basic"), Change(date(2026, 5, 16), "plus"), through=JUNE)
    month = found.documents[1].lines[0].period
    assert [made.date for made in found.documents_in(month)] == [MAY, date(2026, 5, 16)]
    assert [line.package for line in found.lines_in(month)] == ["basic", "basic", "plus"]
