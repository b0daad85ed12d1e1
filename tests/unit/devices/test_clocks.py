"""How far a clock is off, from when posts arrived. No database."""

import pytest

from devices.clocks import Drift, drift

HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("lags", "expected"),
    [
        ([], None),
        ([2, 40, 9000], Drift(0, certain=True)),
        ([-110], Drift(0, certain=True)),
        # Ahead: nothing else makes a reading later than its arrival.
        ([-HOUR + 3, 400, 9000], Drift(HOUR - 3, certain=True)),
        # Behind: it sends at once, and the lag is the same again and again.
        ([HOUR, HOUR + 20, DAY, HOUR + 5, HOUR + 60], Drift(-HOUR, certain=False)),
        # Late: a daily upload, each of another lag.
        ([HOUR, 3 * HOUR, DAY, 2 * HOUR, 7 * HOUR], None),
        ([HOUR, HOUR, HOUR], None),
    ],
)
def test_drift(lags: list[int], expected: Drift | None) -> None:
    assert drift(lags=lags) == expected


def test_late_sending_never_makes_a_clock_look_ahead() -> None:
    for late in (0, HOUR, DAY, 30 * DAY):
        found = drift(lags=[5, late, late + 7])
        assert found == Drift(0, certain=True)


def test_a_device_that_says_when_it_sends_leaves_nothing_to_estimate() -> None:
    assert drift(lags=[DAY, DAY], sent_lag=-HOUR) == Drift(HOUR, certain=True)
    assert drift(lags=[-5], sent_lag=HOUR) == Drift(-HOUR, certain=True)


def test_small_differences_are_no_reason_to_set_a_clock() -> None:
    assert not Drift(100, certain=True).is_off
    assert Drift(-400, certain=False).is_off
