"""Every text lies on the page, apart from every other, in a font that has its characters."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from reports.analysis.facts import Summary
from reports.analysis.measured import Pressure, Reading
from reports.analysis.policy import Settings
from reports.charts.blood_pressure import Mark
from reports.charts.ink import Extent
from reports.charts.words import Language
from reports.pdf.document import Patient, ReportDocument
from reports.pdf.fonts import GETA, typeface
from reports.pdf.report import compose
from reports.pdf.sheet import LEFT, PAGE_HEIGHT, RIGHT
from tests.synthetic import HANAKO, START, Person, crowd, facts_of, person, report_of

FORTY_LATIN = "Wolfeschlegelsteinhausen Maria-Margarete"
FORTY_KANJI = "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末食う寝る処に住む処や藪柑"
FORTY_KANA = "ジュゲムジュゲムゴコウノスリキレカイジャリスイギョノスイギョウマツウンライマツフ"
LONG = Patient(
    name=FORTY_LATIN,
    kana=FORTY_KANA,
    birth_date=HANAKO.birth_date,
    sex="other",
    id="0012-3456-7890-ABCDEFGH",
    hospital="The Very Long Named General University Hospital of Kita-Kyushu City",
    doctor=FORTY_LATIN,
)
LONG_KANJI = replace(LONG, name=FORTY_KANJI, hospital=FORTY_KANJI, doctor=FORTY_KANJI)


def many_flags() -> Person:
    usual = person(base=141, history=35)
    return Person(
        tuple(
            replace(r, flags=frozenset({"irregular_pulse"}), systolic=r.systolic + 22)
            if r.measured_at.hour < 12
            else r
            for r in usual.readings
        ),
        usual.nights,
    )


@cache
def facts(name: str) -> Summary:
    usual = person(history=35)
    match name:
        case "month":
            return facts_of(usual)
        case "nobody":
            return facts_of(Person())
        case "one reading":
            return facts_of(Person(usual.readings[-1:]))
        case "flags":
            return facts_of(many_flags(), settings=Settings(office=Pressure(130, 80)))
        case "child":
            return facts_of(usual, birth_date=date(2014, 5, 5))
        case "5,000":
            return facts_of(crowd(5000))
        case "5,000 in years":
            return facts_of(crowd(5000, days=1095), days=1095)
        case "quarter":
            return facts_of(person(days=91), days=91)
        case "week":
            return facts_of(person(days=7), days=7)
        case "sleep only":
            return facts_of(Person((), usual.nights))
        case "pressure only":
            return facts_of(Person(usual.readings))
    raise LookupError(name)


def long(name: str, language: Language) -> ReportDocument:
    patient = LONG if name == "latin" else LONG_KANJI
    document = report_of(facts("month"), language=language, patient=patient, notes=FORTY_KANJI * 9)
    return replace(document, devices=(FORTY_LATIN,) * 4)


def case(name: str, language: Language) -> ReportDocument:
    if name.startswith("long "):
        return long(name.removeprefix("long "), language)
    kind = name.removesuffix(" without sleep")
    document = report_of(facts(kind), language=language, with_sleep=kind == name)
    if name == "flags":
        drug, visit = Mark(START, "Amlodipine 5 mg"), Mark(START, "", Pressure(142, 88))
        return replace(document, marks=(drug, visit))
    return document


CASES = (
    "month",
    "month without sleep",
    "nobody",
    "nobody without sleep",
    "one reading",
    "long latin",
    "long kanji",
    "flags",
    "child",
    "5,000",
    "5,000 without sleep",
    "5,000 in years",
    "5,000 in years without sleep",
    "quarter",
    "week",
    "sleep only",
    "pressure only",
)


@pytest.fixture(params=CASES, scope="module")
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=["en", "ja"], scope="module")
def extents(name: str, request: pytest.FixtureRequest) -> tuple[Extent, ...]:
    return compose(case(name, request.param)).extents


def test_every_text_is_inside_the_margins(extents: tuple[Extent, ...]) -> None:
    for extent in extents:
        assert extent.left >= LEFT - 0.6, extent
        assert extent.right <= RIGHT + 0.6, extent
        assert extent.top >= 28, extent
        assert extent.bottom <= PAGE_HEIGHT - 12, extent


def test_no_two_texts_touch(extents: tuple[Extent, ...]) -> None:
    for page in (1, 2):
        lines = sorted((e for e in extents if e.page == page), key=lambda e: e.top)
        for number, one in enumerate(lines):
            for other in lines[number + 1 :]:
                if other.top >= one.bottom:
                    break
                assert one.right <= other.left or other.right <= one.left, (one, other)


def test_every_character_is_in_the_font(extents: tuple[Extent, ...]) -> None:
    covered = typeface().covered
    assert covered is not None
    drawn = set("".join(extent.text for extent in extents))
    assert {ord(character) for character in drawn} <= covered
    assert GETA not in drawn


def test_two_pages_with_name_id_and_birth_date_on_each(extents: tuple[Extent, ...]) -> None:
    assert {extent.page for extent in extents} == {1, 2}
    for page in (1, 2):
        words = " ".join(extent.text for extent in extents if extent.page == page)
        assert "0012-3456" in words
        assert "1958" in words or "2014" in words
        assert any(name[:20] in words for name in (HANAKO.name, FORTY_LATIN, FORTY_KANJI))
        assert f"{page} / 2" in words


def test_what_cannot_fit_ends_in_dots() -> None:
    endless = replace(HANAKO, name="Wolfe" * 60)
    words = [e.text for e in compose(report_of(facts_of(Person()), patient=endless)).extents]
    assert any(text.startswith("WolfeWolfe") and text.endswith("…") for text in words)


def test_a_name_of_forty_characters_is_printed_whole_and_legible() -> None:
    for name in (FORTY_LATIN, FORTY_KANJI):
        document = report_of(facts_of(Person()), patient=replace(LONG, name=name))
        extent = next(e for e in compose(document).extents if e.text == name)
        assert extent.bottom - extent.top >= 0.9 * 7.5


def test_the_highest_pressures_fit() -> None:
    readings = [
        replace(Reading(r.measured_at, 300, 200, 250), device="cuff") for r in person().readings
    ]
    words = [e.text for e in compose(report_of(facts_of(Person(tuple(readings))))).extents]
    assert "300/200" in words
