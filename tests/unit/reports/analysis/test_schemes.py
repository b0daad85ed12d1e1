from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.analysis.measured import Pressure
from reports.analysis.schemes import DEFAULT_SCHEME, SCHEMES, UnknownScheme, age_on, classify, named

MMHG = st.floats(min_value=1, max_value=400)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "scheme", "category"),
    [
        (114.9, 74.9, "jsh2025-home", "normal"),
        (115, 74.9, "jsh2025-home", "high_normal"),
        (115, 75, "jsh2025-home", "elevated"),
        (100, 100, "jsh2019-home", "grade_3"),
        (120, 69, "esc2024-home", "elevated"),
        (129.9, 79.9, "accaha-home", "elevated"),
        (110, 80, "accaha-home", "stage_1"),
        (119, 79, "esh2023-office", "optimal"),
        (179.9, 109.9, "esh2023-office", "grade_2"),
    ],
)
def test_a_value_on_the_line_is_over_it(
    systolic: float, diastolic: float, scheme: str, category: str
) -> None:
    assert classify(systolic, diastolic, scheme).category == category


def test_isolated_is_a_flag_beside_the_grade() -> None:
    assert classify(150, 84.9, DEFAULT_SCHEME).flags == ("isolated_systolic",)
    assert classify(150, 85, DEFAULT_SCHEME).flags == ()
    assert classify(139.9, 90, "esh2023-office").flags == ("isolated_diastolic",)
    assert classify(150, 70, "esc2024-home").flags == ()


@pytest.mark.parametrize("scheme", SCHEMES)
@given(systolic=MMHG, diastolic=MMHG, more=st.floats(min_value=0, max_value=100))
def test_more_pressure_is_never_a_lower_category(
    scheme: str, systolic: float, diastolic: float, more: float
) -> None:
    ranks = [grade.category for grade in named(scheme).grades]
    here = ranks.index(classify(systolic, diastolic, scheme).category)
    assert ranks.index(classify(systolic + more, diastolic, scheme).category) >= here
    assert ranks.index(classify(systolic, diastolic + more, scheme).category) >= here


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_diagnostic_threshold_is_a_line_of_the_table(scheme: str) -> None:
    table = named(scheme)
    lines = [(grade.systolic_from, grade.diastolic_from) for grade in table.grades]
    assert (table.threshold.systolic, table.threshold.diastolic) in lines


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(UnknownScheme, match=r"'jsh2014'.*jsh2025-home, jsh2019-home, esc2024-home"):
        classify(120, 80, "jsh2014")


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_what_is_no_pressure_is_not_classified(value: float) -> None:
    with pytest.raises(ValueError, match="diastolic must be a positive number"):
        classify(120, value, DEFAULT_SCHEME)


def test_the_goal_of_2019_knows_age_and_that_of_2025_does_not() -> None:
    low, high = Pressure(125, 75), Pressure(135, 85)
    assert [named("jsh2019-home").default_goal(age) for age in (None, 74, 75)] == [low, low, high]
    assert [named("jsh2025-home").default_goal(age) for age in (None, 74, 75)] == [low] * 3


def test_the_fingerprint_follows_the_table_and_not_its_signature() -> None:
    scheme = named(DEFAULT_SCHEME)
    assert replace(scheme, signed=True).fingerprint() == scheme.fingerprint()
    assert replace(scheme, goal=Pressure(130, 80)).fingerprint() != scheme.fingerprint()
    assert not any(scheme.signed for scheme in SCHEMES.values())


def test_age_in_completed_years() -> None:
    assert age_on(date(2008, 11, 24), date(2026, 11, 23)) == 17
    assert age_on(date(2008, 11, 23), date(2026, 11, 23)) == 18
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18
