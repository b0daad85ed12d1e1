"""The bucket: never more than it may, and whoever waits as told gets through."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.pacing import MINUTE, SECOND, Pacer, Rate

RATES = st.builds(Rate.a_minute, st.integers(1, 50), st.integers(1, 10_000))
# Pauses and wishes: how long after the last one so many are asked for.
STEPS = st.lists(
    st.tuples(st.integers(0, 3 * SECOND) | st.integers(0, 10), st.integers(1, 50)), max_size=60
)
KEY = "one"


@given(RATES, STEPS)
def test_never_more_than_the_burst_and_what_refilled_in_any_window(
    rate: Rate, steps: list[tuple[int, int]]
) -> None:
    pacer, at, taken = Pacer(size=10), 0, []
    for pause, count in steps:
        at += pause
        if count <= rate.burst and pacer.take(KEY, rate, count, at=at) == 0:
            taken.append((at, count))
    for first, (begin, _) in enumerate(taken):
        total = 0
        for end, count in taken[first:]:
            total += count
            assert total * rate.interval <= rate.burst * rate.interval + (end - begin)


@given(RATES, STEPS)
def test_who_waits_as_told_gets_through_and_not_sooner(
    rate: Rate, steps: list[tuple[int, int]]
) -> None:
    pacer, at = Pacer(size=10), 0
    for pause, wanted in steps:
        at, count = at + pause, min(wanted, rate.burst)
        wait = pacer.take(KEY, rate, count, at=at)
        if wait:
            assert pacer.take(KEY, rate, count, at=at + wait - 1) == 1
            at += wait
            assert pacer.take(KEY, rate, count, at=at) == 0


@given(RATES, STEPS, st.integers(0, 10**15))
def test_a_clock_set_back_costs_at_most_the_bucket(
    rate: Rate, steps: list[tuple[int, int]], back: int
) -> None:
    pacer, at = Pacer(size=10), 10**15
    for pause, wanted in steps:
        at += pause
        pacer.take(KEY, rate, min(wanted, rate.burst), at=at)
    at -= back
    wait = pacer.take(KEY, rate, at=at)
    assert wait <= rate.interval
    assert wait == 0 or pacer.take(KEY, rate, at=at + wait) == 0


def test_a_minute_is_never_more_than_said() -> None:
    for per_minute in (1, 7, 60, 6_000_000, 999_999_999):
        assert MINUTE // Rate.a_minute(1, per_minute).interval <= per_minute
    assert Rate.a_minute(5, 60) == Rate(5, SECOND)


def test_each_key_has_its_own_and_asking_takes_nothing() -> None:
    pacer, rate = Pacer(size=10), Rate(1, SECOND)
    assert pacer.take("a", rate, at=0) == 0
    assert (pacer.wait("a", rate, at=0), pacer.wait("b", rate, at=0)) == (SECOND, 0)
    assert pacer.take("a", rate, at=1) == SECOND - 1
    assert pacer.take("b", rate, at=1) == 0


def test_what_was_taken_for_nothing_is_given_back() -> None:
    pacer, rate = Pacer(size=10), Rate(3, SECOND)
    assert pacer.take(KEY, rate, 3, at=0) == 0
    pacer.give_back(KEY, rate, 2)
    assert [pacer.take(KEY, rate, at=0) for _ in range(3)] == [0, 0, SECOND]
    pacer.give_back("unknown", rate, 2)
    assert len(pacer) == 1


def test_a_burst_that_was_lowered_counts_at_once() -> None:
    pacer = Pacer(size=10)
    assert pacer.take(KEY, Rate(1_000, SECOND), 1_000, at=0) == 0
    assert pacer.take(KEY, Rate(2, SECOND), at=0) == SECOND


def test_more_than_the_burst_is_an_error_of_who_asks() -> None:
    with pytest.raises(ValueError, match="never be in a bucket of 2"):
        Pacer(size=10).take(KEY, Rate(2, SECOND), 3, at=0)


def test_it_remembers_no_more_than_its_size_and_nothing_that_is_full() -> None:
    pacer, rate = Pacer(size=100), Rate(1, SECOND)
    for n in range(1_000):
        pacer.take(n, rate, at=n)
        pacer.take("busy", rate, at=n)  # asks all the time, so it stays
        assert len(pacer) <= 100
    assert pacer.take("busy", rate, at=1_000) > 0
    # A minute later all are full: each new one lets two go.
    for n in range(60):
        pacer.take(-1 - n, rate, at=MINUTE + n)
    assert len(pacer) <= 61


def test_threads_share_one_bucket() -> None:
    pacer, rate = Pacer(size=10), Rate(500, MINUTE)

    def ask(_: int) -> int:
        return sum(pacer.take(KEY, rate, at=0) == 0 for _ in range(200))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 500
