from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthcare.kernel.money import (
    EXPONENTS,
    MoneyError,
    Rounding,
    allocate,
    divide,
    exponent,
    parse,
    to_text,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("500", "JPY", 500),
        ("0", "JPY", 0),
        ("-500", "JPY", -500),
        ("19.95", "USD", 1995),
        ("19.9", "USD", 1990),
        ("19", "EUR", 1900),
        ("-0.05", "EUR", -5),
        ("1.250", "KWD", 1250),
        ("0.0001", "CLF", 1),
    ],
)
def test_an_amount_is_read_as_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "reason"),
    [
        ("500.5", "JPY", "JPY has no decimals"),
        ("500.0", "JPY", "JPY has no decimals"),
        ("19.955", "USD", "USD has at most 2 decimals"),
        ("1.2345", "KWD", "KWD has at most 3 decimals"),
        ("1,000", "JPY", "is not an amount"),
        ("+5", "JPY", "is not an amount"),
        ("5.", "USD", "is not an amount"),
        (".5", "USD", "is not an amount"),
        ("1e3", "JPY", "is not an amount"),
        ("５００", "JPY", "is not an amount"),
        ("007", "JPY", "is not an amount"),
        ("5 ", "JPY", "is not an amount"),
        ("5\n", "JPY", "is not an amount"),
        ("", "JPY", "is not an amount"),
        ("9" * 5000, "JPY", "is not an amount"),
        ("5", "XXX", "not an ISO 4217 currency"),
        ("5", "jpy", "not an ISO 4217 currency"),
    ],
)
def test_what_is_not_an_amount_says_why(text: str, currency: str, reason: str) -> None:
    with pytest.raises(MoneyError, match=reason):
        parse(text, currency)


def test_exponents_of_iso_4217() -> None:
    assert [exponent(code) for code in ("JPY", "KRW", "USD", "EUR", "KWD", "CLF")] == [
        0, 0, 2, 2, 3, 4,
    ]  # fmt: skip


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(EXPONENTS)))
def test_text_and_minor_units_are_inverse(minor: int, currency: str) -> None:
    assert parse(to_text(minor, currency), currency) == minor


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9))
def test_division_rounds_as_fractions_do(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    floor = divide(numerator, denominator, Rounding.FLOOR)
    half_up = divide(numerator, denominator, Rounding.HALF_UP)
    ceil = divide(numerator, denominator, Rounding.CEIL)
    assert floor <= exact < floor + 1
    assert ceil - 1 < exact <= ceil
    assert Fraction(-1, 2) <= half_up - exact <= Fraction(1, 2)
    assert half_up - exact != Fraction(-1, 2)


def test_ties_go_by_name_whatever_the_order_given() -> None:
    assert allocate(5, {"c": 1, "b": 1, "a": 1}) == {"c": 1, "b": 2, "a": 2}


def test_a_weight_of_zero_gets_nothing() -> None:
    assert allocate(7, {"a": 0, "b": 3}) == {"a": 0, "b": 7}


weights = st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1).filter(
    lambda found: sum(found.values()) > 0
)


@given(st.integers(-(10**12), 10**12), weights)
def test_allocation_loses_nothing_and_is_fair(total: int, weights: dict[str, int]) -> None:
    shares = allocate(total, weights)
    whole = sum(weights.values())
    assert sum(shares.values()) == total
    assert all(abs(shares[name] - Fraction(total * weights[name], whole)) < 1 for name in weights)
    assert allocate(-total, weights) == {name: -share for name, share in shares.items()}


@pytest.mark.parametrize("bad", [{}, {"a": 0}, {"a": 2, "b": -1}])
def test_weights_that_share_nothing_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(MoneyError, match="weights"):
        allocate(100, bad)


@pytest.mark.parametrize("call", [parse, to_text])
def test_an_unknown_currency_names_the_cure(call: Callable[..., object]) -> None:
    with pytest.raises(MoneyError, match="such as JPY"):
        call("1" if call is parse else 1, "YEN")
