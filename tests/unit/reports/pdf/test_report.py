"""What the pages say, read back from the file."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from reports.analysis.facts import Summary
from reports.analysis.measured import Pressure, Reading
from reports.analysis.policy import Settings
from reports.pdf.document import ReportDocument
from reports.pdf.report import render
from tests.synthetic import HANAKO, START, ZONE, Person, facts_of, person, report_of


def pages(document: ReportDocument) -> list[str]:
    reader = PdfReader(BytesIO(render(document)))
    return [page.extract_text() for page in reader.pages]


def steady(systolic: int, diastolic: int, *, days: int = 10, **more) -> Person:
    """Two readings a morning, ending on the last day of October's first thirty days."""
    first = datetime(2026, 10, 31 - days, 7, tzinfo=ZONE)
    return Person(
        tuple(
            Reading(first + timedelta(days=d, minutes=m), systolic, diastolic, 66, **more)
            for d in range(days)
            for m in (0, 2)
        )
    )


@pytest.mark.parametrize("language", ["en", "ja"])
def test_equal_documents_have_equal_bytes(month: Summary, language) -> None:
    document = report_of(month, language=language)
    assert render(document) == render(replace(document))


def test_two_a4_pages_and_a_language(month: Summary) -> None:
    reader = PdfReader(BytesIO(render(report_of(month, language="ja"))))
    assert len(reader.pages) == 2
    for page in reader.pages:
        assert [round(float(v)) for v in page.mediabox[2:]] == [595, 842]
    assert reader.trailer["/Root"]["/Lang"] == "ja"


def test_the_fonts_are_embedded_subsets(month: Summary) -> None:
    content = render(report_of(month, language="ja"))
    assert len(content) < 200_000
    fonts = PdfReader(BytesIO(content)).pages[0]["/Resources"]["/Font"]
    embedded = [
        f.get_object() for f in fonts.values() if "NotoSansJP" in f.get_object()["/BaseFont"]
    ]
    assert embedded
    assert all("/FontFile2" in f["/FontDescriptor"] for f in embedded)


def test_the_first_answers(month: Summary) -> None:
    first, _ = pages(report_of(month))
    facts = month.blood_pressure
    assert "1 Oct 2026 – 30 Oct 2026 (30 days)" in first
    assert "2026-11-01 09:12 JST" in first
    assert "Asia/Tokyo" in first
    assert "Enough data to assess" in first
    assert f"{facts.days_with_data} of 30 days" in first
    assert f"{facts.used} of {facts.readings} readings used" in first
    assert "below 125/75" in first
    highest = facts.highest
    assert f"{highest.reading.systolic}/{highest.reading.diastolic}" in first
    assert f"{highest.local:%H:%M}" in first
    assert "4 weeks before" in first


def test_insufficient_has_no_category_and_says_so() -> None:
    first, _ = pages(report_of(facts_of(steady(150, 95, days=2))))
    assert "Not enough data to assess: no category" in first
    assert "No category" in first
    assert "too few readings to judge" in first
    assert "above goal" not in first
    assert "grade" not in first


@pytest.mark.parametrize(
    ("systolic", "diastolic", "words"),
    [
        (118, 72, "within goal (below 125/75)"),
        (125, 70, "above goal (below 125/75)"),
        (120, 75, "above goal (below 125/75)"),
    ],
)
def test_a_mean_is_judged_against_the_goal(systolic: int, diastolic: int, words: str) -> None:
    first, _ = pages(report_of(facts_of(steady(systolic, diastolic))))
    assert words in first


def test_a_printed_135_never_says_below_135() -> None:
    readings = steady(135, 80).readings
    lower = (*readings[:-2], *(replace(r, systolic=134) for r in readings[-2:]))
    first, _ = pages(report_of(facts_of(Person(lower))))
    assert "134.9/80" in first
    assert "below threshold 135/85" in first
    first, _ = pages(report_of(facts_of(steady(135, 80))))
    assert "at or above threshold 135/85" in first


def test_goal_and_threshold_are_never_mixed_up() -> None:
    facts = facts_of(steady(128, 78), settings=Settings(goal=Pressure(130, 80)))
    first, _ = pages(report_of(facts))
    assert "within goal (below 130/80)" in first
    assert "<130 goal" in first
    assert "135 threshold" in first


def test_unsigned_rules_mark_every_page(month: Summary) -> None:
    for page in pages(report_of(month)):
        assert "Rules not approved for clinical use" in page
    for page in pages(report_of(month, language="ja")):
        assert "臨床使用未承認の判定基準" in page


def test_signed_rules_leave_no_mark(month: Summary) -> None:
    signed = replace(month, blood_pressure=replace(month.blood_pressure, scheme_signed=True))
    document = report_of(month)
    document = replace(document, facts=signed, rules=replace(document.rules, signed=True))
    for page in pages(document):
        assert "not approved" not in page


def test_the_mark_cannot_be_forged(month: Summary) -> None:
    document = report_of(month)
    with pytest.raises(ValueError, match="not the rules of the facts"):
        replace(document, rules=replace(document.rules, signed=True))


def test_every_page_says_what_it_is_not(month: Summary) -> None:
    for page in pages(report_of(month)):
        assert "does not diagnose" in page
        assert "Not for emergencies" in page
        assert "HEM-7281T" in page
        assert "jsh2025-home 1" in page


def test_sleep_is_told_only_to_those_entitled(month: Summary) -> None:
    _, with_sleep = pages(report_of(month))
    assert "estimated by the device" in with_sleep
    assert "Awake within the sleep period" in with_sleep
    assert "not as a cause" in with_sleep
    _, without = pages(report_of(month, with_sleep=False))
    assert "asleep" not in without.lower()
    assert "estimated" not in without
    assert "All session means" in without


def test_every_session_is_on_the_page_without_sleep(month: Summary) -> None:
    _, second = pages(report_of(month, with_sleep=False))
    for session in month.blood_pressure.sessions:
        assert f"{session.started_at:%H:%M}" in second


def test_no_nights_and_no_readings_say_so() -> None:
    first, second = pages(report_of(facts_of(Person())))
    assert "No blood-pressure readings in this period" in first
    assert "No nights recorded in this period" in second
    assert "goal below 125/75" in first


def test_a_child_gets_no_adult_judgement() -> None:
    first, second = pages(report_of(facts_of(person(base=140), birth_date=date(2014, 5, 5))))
    assert "not judged: under 18" in first
    assert "adult lines do not apply" in first
    assert "▲" not in first + second
    assert "above goal" not in first


def test_an_unknown_birth_date_says_so_on_both_pages(month: Summary) -> None:
    document = report_of(month, patient=replace(HANAKO, birth_date=None))
    for page in pages(document):
        assert "Birth date not known" in page


def test_a_pregnant_person_gets_no_adult_judgement() -> None:
    facts = facts_of(person(base=150), settings=Settings(pregnant=True))
    first, _ = pages(report_of(facts))
    assert "not judged: pregnancy" in first
    assert "threshold" not in first.split("Blood pressure")[1].split("By week")[0]


def test_worsening_is_a_word_not_only_a_number() -> None:
    calm, high = person(base=125, history=35, days=0), person(base=150, seed=2)
    first, _ = pages(report_of(facts_of(Person(calm.readings + high.readings[-30:]))))
    assert "▲ worsening (10 or more)" in first


def test_notes_are_printed_line_by_line(month: Summary) -> None:
    first, _ = pages(report_of(month, notes="Amlodipine 5 mg since 14 Oct.\nNext visit 10 Nov."))
    assert "Amlodipine 5 mg since 14 Oct." in first
    assert "Next visit 10 Nov." in first


def test_a_naive_creation_time_is_refused(month: Summary) -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(report_of(month), created_at=datetime(2026, 11, 1))  # noqa: DTZ001


def test_an_empty_period_is_refused(month: Summary) -> None:
    with pytest.raises(ValueError, match="period is empty"):
        replace(report_of(month), facts=replace(month, end=START))


def test_a_zone_without_letters_prints_its_offset(month: Summary) -> None:
    elsewhere = replace(month, timezone="America/Sao_Paulo")
    document = replace(
        report_of(month), facts=elsewhere, created_at=datetime(2026, 11, 1, 0, 12, tzinfo=UTC)
    )
    assert "2026-10-31 21:12 UTC-03:00" in pages(document)[0]
