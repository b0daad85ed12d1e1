"""A seeded person for tests of charts and reports: plausible readings and nights, no clock."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from reports.analysis.facts import Summary
from reports.analysis.measured import Night, Pressure, Reading, Stage
from reports.analysis.policy import Settings
from reports.analysis.schemes import named
from reports.analysis.summary import summarise
from reports.charts.words import Language
from reports.pdf.document import Patient, ReportDocument, Rules

ZONE = ZoneInfo("Asia/Tokyo")
START = date(2026, 10, 1)
ADULT = date(1958, 3, 14)
HANAKO = Patient(
    name="山田 花子",
    kana="ヤマダ ハナコ",
    birth_date=ADULT,
    sex="female",
    id="0012-3456",
    hospital="北総合病院",
    doctor="佐藤 健一",
)
CYCLE = ((Stage.LIGHT, 28), (Stage.DEEP, 22), (Stage.LIGHT, 18), (Stage.REM, 19), (Stage.AWAKE, 3))


@dataclass(frozen=True)
class Person:
    """What a person's devices sent."""

    readings: tuple[Reading, ...] = ()
    nights: tuple[Night, ...] = ()


def person(
    *,
    days: int = 30,
    seed: int = 1,
    base: float = 131,
    start: date = START,
    history: int = 0,
    missed: Collection[int] = (6, 7),
) -> Person:
    """Two readings each morning and evening, now and then one at noon, and most nights."""
    chance = random.Random(seed)
    readings: list[Reading] = []
    nights: list[Night] = []
    for number in range(-history, days):
        day = start + timedelta(days=number)
        if number in missed:
            continue
        for hour, minute, above, share in ((7, 40, 5, 0.95), (21, 20, -3, 0.9), (14, 5, 12, 0.1)):
            if chance.random() < share:
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
                at += timedelta(minutes=chance.gauss(0, 8))
                readings += _twice(at, base + above + chance.gauss(0, 7), chance)
        if chance.random() < 0.85:
            nights.append(_night(day, chance))
    return Person(tuple(readings), tuple(nights))


def _twice(at: datetime, systolic: float, chance: random.Random) -> list[Reading]:
    pairs = []
    for number in range(2):
        high = round(systolic + chance.gauss(0, 3))
        low = round(0.62 * high + chance.gauss(0, 2))
        pulse = round(68 + chance.gauss(0, 5))
        moment = at + timedelta(minutes=2 * number)
        pairs.append(Reading(moment, high, low, pulse, device="cuff"))
    return pairs


def _night(waking: date, chance: random.Random) -> Night:
    bed = datetime(waking.year, waking.month, waking.day, tzinfo=ZONE)
    bed += timedelta(minutes=round(chance.gauss(-80, 25)))
    stages: list[tuple[Stage, float]] = [(Stage.AWAKE, 12)]
    left = min(420, max(240, round(chance.gauss(385, 45))))
    while left > 0:
        for stage, usual in CYCLE:
            minutes = min(left, max(1, round(chance.gauss(usual, usual / 4))))
            if minutes:
                stages.append((stage, minutes))
                left -= minutes
    return Night(bed, bed + timedelta(minutes=sum(m for _, m in stages)), tuple(stages))


def crowd(count: int, *, days: int = 30, start: date = START, seed: int = 3) -> Person:
    """That many readings spread evenly over the days."""
    chance = random.Random(seed)
    first = datetime(start.year, start.month, start.day, 0, 1, tzinfo=ZONE)
    step = timedelta(days=days) / count
    return Person(
        tuple(
            Reading(first + n * step, round(chance.gauss(136, 9)), round(chance.gauss(84, 6)), 70)
            for n in range(count)
        )
    )


def facts_of(
    someone: Person,
    *,
    days: int = 30,
    start: date = START,
    birth_date: date = ADULT,
    settings: Settings | None = None,
) -> Summary:
    """The facts of the period that begins at `start`."""
    return summarise(
        someone.readings,
        someone.nights,
        timezone="Asia/Tokyo",
        start=start,
        end=start + timedelta(days=days),
        birth_date=birth_date,
        settings=settings or Settings(),
    )


def report_of(
    facts: Summary,
    *,
    language: Language = "en",
    patient: Patient = HANAKO,
    with_sleep: bool = True,
    notes: str = "",
) -> ReportDocument:
    """A report on these facts under the default scheme."""
    scheme, pressure = named("jsh2025-home"), facts.blood_pressure
    goal = pressure.goal if pressure else Pressure(125, 75)
    return ReportDocument(
        patient=patient,
        facts=facts,
        created_at=datetime(2026, 11, 1, 0, 12, tzinfo=UTC),
        language=language,
        rules=Rules(scheme.name, scheme.version, scheme.signed, scheme.threshold, goal),
        report_version="1",
        devices=("HEM-7281T", "Sleep Monitor S2"),
        with_sleep=with_sleep,
        notes=notes,
    )
