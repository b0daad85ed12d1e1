"""Whether two records are of one person: properties that hold whatever stands in them."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import matching
from healthcare.kernel import kanji_variants
from healthcare.kernel.kanji_variants import one_shape
from healthcare.persons.comparing.agreeing import Field, Level, levels
from healthcare.persons.comparing.blocking import keys
from healthcare.persons.comparing.known import Known, area, spoken, written
from healthcare.persons.comparing.weighing import (
    NUMBER_WEIGHS,
    TO_REVIEW_FROM,
    Band,
    compare,
)

NUMBER = "+819012345678"
HANAKO = Known(
    family_name="斎藤",
    given_name="花子",
    family_name_kana="サイトウ",
    given_name_kana="ハナコ",
    birth_date=date(1958, 4, 9),
    sex="female",
    postcode="100-0001",
    numbers=frozenset({NUMBER}),
)
# PostgreSQL's text holds no NUL, so neither does a record.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
NAMES = st.sampled_from(["", "斎藤", "齋藤", "山田", "𠮷田", "吉田", "花子", "x"])
KANA = st.sampled_from(["", "サイトウ", "さいとう", "サイトー", "ヤマダ", "ハナコ", "タロウ"])
DATES = st.none() | st.dates(date(1930, 1, 1), date(2020, 1, 1))
ANYBODY = st.builds(
    Known,
    family_name=NAMES | TEXT,
    given_name=NAMES | TEXT,
    family_name_kana=KANA | TEXT,
    given_name_kana=KANA | TEXT,
    birth_date=DATES | st.sampled_from([date(1958, 4, 9), date(1958, 9, 4)]),
    sex=st.sampled_from(["", "female", "male", "other"]),
    postcode=st.sampled_from(["", "100-0001", "100-0002", "530-0001"]) | TEXT,
    numbers=st.frozensets(st.sampled_from([NUMBER, "+819000000000"]), max_size=2),
)


@given(one=ANYBODY, other=ANYBODY)
def test_the_order_of_the_two_says_nothing(one: Known, other: Known) -> None:
    assert compare(one, other) == compare(other, one)


@given(one=ANYBODY, other=ANYBODY)
def test_the_explanation_adds_up(one: Known, other: Known) -> None:
    said = compare(one, other)
    assert said.score == sum(step.weight for step in said.steps)
    assert [step.field for step in said.steps] == list(Field)


@given(one=ANYBODY, other=ANYBODY)
def test_nobody_is_found_or_called_the_same_by_a_number(one: Known, other: Known) -> None:
    """A shared number never makes a candidate, and alone never lifts a pair over a threshold."""
    shared = frozenset({NUMBER})
    alone = Known(numbers=shared)
    assert compare(replace(one, numbers=shared), alone).band is Band.DIFFERENT
    assert list(keys(replace(one, numbers=shared))) == list(keys(replace(one, numbers=frozenset())))
    with_it = compare(replace(one, numbers=shared), replace(other, numbers=shared))
    without = compare(replace(one, numbers=frozenset()), other)
    assert with_it.score - without.score <= NUMBER_WEIGHS + 1e-9
    assert NUMBER_WEIGHS < TO_REVIEW_FROM
    if levels(one, other)[Field.BIRTH_DATE] != Level.SAME:
        assert with_it.band is not Band.SAME


@given(text=st.text("アオコウイエケクーッャぁおう-‐ｱｺｰ髙齊槙", max_size=9))
def test_forms_stay_what_they_are(text: str) -> None:
    assert one_shape(one_shape(text)) == one_shape(text)
    assert spoken(spoken(text)) == spoken(text)


def test_no_shape_becomes_one_that_becomes_another() -> None:
    for code, shape in kanji_variants._SHAPES.items():
        assert one_shape(shape) == shape != chr(code)


@pytest.mark.parametrize(
    ("one", "other"),
    [("髙橋", "高橋"), ("山﨑", "山崎"), ("齋藤", "斎藤"), ("齊藤", "斉藤"), ("渡邉", "渡邊"),
     ("澤田", "沢田"), ("櫻井", "桜井"), ("廣瀬", "広瀬"), ("濵田", "浜田"), ("𠮷田", "吉田"),
     ("福\ufa19", "福神")],
)  # fmt: skip
def test_shapes_of_one_character(one: str, other: str) -> None:
    assert written(one) == written(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("オオノ", "オーノ"), ("おおの", "ｵｵﾉ"), ("ショウタ", "シヨウタ"), ("ユウコ", "ユーコ"),
     ("コウノ", "コオノ"), ("ミヅキ", "ミズキ"), ("ｶﾞｸ", "ガク")],
)  # fmt: skip
def test_readings_of_one_sound(one: str, other: str) -> None:
    assert spoken(one) == spoken(other)


def test_an_area_is_the_first_three_digits() -> None:
    assert (area("100-0001"), area("1000001"), area("SW1A 1AA"), area("")) == ("100", "100", "", "")


@pytest.mark.parametrize(
    ("change", "field", "level", "band"),
    [
        ({}, Field.FAMILY_NAME, Level.SAME, Band.SAME),
        ({"family_name": "齋藤"}, Field.FAMILY_NAME, Level.SAME, Band.SAME),
        ({"family_name": "西東"}, Field.FAMILY_NAME, Level.SAME_READING, Band.SAME),
        ({"birth_date": date(1958, 9, 4)}, Field.BIRTH_DATE, Level.SWAPPED, Band.TO_REVIEW),
        ({"birth_date": date(1958, 4, 8)}, Field.BIRTH_DATE, Level.ONE_DIGIT, Band.TO_REVIEW),
        ({"birth_date": date(1985, 7, 21)}, Field.BIRTH_DATE, Level.DIFFERENT, Band.DIFFERENT),
        ({"postcode": "100-0002"}, Field.POSTCODE, Level.AREA, Band.SAME),
        ({"sex": "male"}, Field.SEX, Level.DIFFERENT, Band.TO_REVIEW),
        ({"sex": ""}, Field.SEX, Level.UNKNOWN, Band.SAME),
        # A twin, a new family name, a list in kana with a slip.
        ({"given_name": "月子", "given_name_kana": "ツキコ"}, Field.GIVEN_NAME, Level.DIFFERENT,
         Band.DIFFERENT),
        ({"family_name": "山田", "family_name_kana": "ヤマダ"}, Field.FAMILY_NAME, Level.DIFFERENT,
         Band.TO_REVIEW),
        ({"given_name": "", "given_name_kana": "ハナユ"}, Field.GIVEN_NAME, Level.NEAR,
         Band.TO_REVIEW),
    ],
)  # fmt: skip
def test_what_agrees_and_what_becomes_of_it(
    change: dict[str, object], field: Field, level: Level, band: Band
) -> None:
    other = replace(HANAKO, **change)  # type: ignore[arg-type]
    assert levels(HANAKO, other)[field] == level
    assert compare(HANAKO, other).band == band


def test_twins_and_fathers_share_a_household_that_says_nothing() -> None:
    twin = compare(HANAKO, replace(HANAKO, given_name="月子", given_name_kana="ツキコ"))
    mother = compare(HANAKO, replace(HANAKO, birth_date=date(1931, 12, 24)))
    for said in (twin, mother):
        silent = {step.field for step in said.steps if not step.counted}
        assert silent == {Field.FAMILY_NAME, Field.POSTCODE, Field.NUMBER}


def test_the_explanation_holds_no_value() -> None:
    assert not any(
        value in str(compare(HANAKO, HANAKO)) for value in ("斎藤", "ハナコ", "1958", "100", NUMBER)
    )


def test_it_finds_more_than_the_rule_of_the_import_and_takes_nobody_for_another() -> None:
    """On fewer people than docs/matching.md: the figures there come from the benchmark."""
    routes = matching.people(8_000, 3, 0.5)
    found = matching.measure(routes)
    rules = found["rules"]
    assert rules["same or review"]["recall"] > rules["import rule"]["recall"]
    assert rules["same"]["precision"] >= rules["import rule"]["precision"]
    twins = found["kinds"].get("two twins", {})
    assert twins.get("same", 0) == 0
    assert matching.people(300, 3, 0.5) == matching.people(300, 3, 0.5)
