from collections.abc import Callable

from reports.analysis.facts import Change
from reports.analysis.measured import Reading
from reports.analysis.warning_signs import is_crisis, is_low, is_low_session, is_worsening

Measure = Callable[..., Reading]


def test_low_is_systolic_twice_in_a_session(measure: Measure) -> None:
    low, fair = measure(0, "07:00", 89), measure(0, "07:01", 90, 45)
    assert is_low_session([low, fair, low])
    assert not is_low_session([low, fair])
    assert is_low_session([fair, fair], limit=100)
    assert not is_low(90)


def test_crisis_in_either_component() -> None:
    assert is_crisis(180, 70)
    assert is_crisis(130, 120)
    assert not is_crisis(179, 119)


def test_worsening_is_ten_mmhg_over_the_persons_own_weeks() -> None:
    assert is_worsening(Change(140, 130, 3, 3))
    assert not is_worsening(Change(139.9, 130, 3, 3))
    assert not is_worsening(None)
