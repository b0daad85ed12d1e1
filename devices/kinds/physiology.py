"""A person's pressure and sleep, day by day. Pure and seeded: no clock, no I/O.

Each day is drawn from the seed, the person and the date alone, so a longer simulation tells the
same past again. Pressure follows the day (it rises on waking and falls towards the night) and the
night before: after short or broken sleep the next morning is higher.
"""

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

MINUTES_A_DAY = 1440
FLAGS = ("irregular_pulse", "body_movement", "cuff_loose")
CRISIS = 182


@dataclass(frozen=True, slots=True)
class Person:
    """What stays the same about somebody. Pressures are mmHg, times minutes after midnight."""

    key: str
    seed: int
    systolic: float
    diastolic: float
    pulse: float
    morning_rise: float
    trend_a_week: float
    irregular: float
    mornings_kept: float
    evenings_kept: float
    bed: float
    sleep_minutes: float
    bad_nights: float
    crises: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """One press of the button: minutes after local midnight, and what the cuff shows."""

    minute: float
    systolic: int
    diastolic: int
    pulse: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NightPlan:
    """The night that ends on a day: lights off (minutes after that day's midnight, most often
    negative), minutes in bed, and whether it was a bad one."""

    bed: float
    minutes: int
    bad: bool


def person(key: str, *, seed: int) -> Person:
    """Draw a person: normal to high pressure, diligent to careless, owl to lark."""
    draw = rng(seed, key, "person")
    # Most people in such a service are treated: about half of them reach the goal.
    systolic = float(np.clip(draw.normal(120, 13), 98, 168))
    return Person(
        key=key,
        seed=seed,
        systolic=systolic,
        diastolic=float(np.clip(0.42 * systolic + draw.normal(19, 6), 54, 102)),
        pulse=float(np.clip(draw.normal(68, 8), 50, 92)),
        morning_rise=float(draw.normal(6, 5)),
        trend_a_week=float(draw.normal(0, 0.4)),
        irregular=0.25 if draw.random() < 0.05 else 0.004,
        mornings_kept=float(draw.uniform(0.65, 0.98)),
        evenings_kept=float(draw.uniform(0.5, 0.95)),
        bed=float(draw.normal(-60, 45)),
        sleep_minutes=float(np.clip(draw.normal(415, 40), 300, 540)),
        bad_nights=float(draw.beta(2, 12)),
        crises=0.05 if systolic > 136 else 0.0001,
    )


def night(person: Person, day: date) -> NightPlan:
    """The night that this person ends on that day."""
    draw = rng(person.seed, person.key, "night", day)
    bad = bool(draw.random() < person.bad_nights)
    weekend = 45 if day.weekday() >= 5 else 0
    bed = person.bed + weekend / 2 + draw.normal(0, 25)
    minutes = person.sleep_minutes + weekend + draw.normal(0, 35) - (110 if bad else 0)
    return NightPlan(float(bed), int(np.clip(minutes, 150, 660)), bad)


def measurements(person: Person, day: date) -> list[list[Measurement]]:
    """The sessions of a day, morning and evening as far as kept, two readings each."""
    draw = rng(person.seed, person.key, "pressure", day)
    before, coming = night(person, day), night(person, day + timedelta(days=1))
    waking = before.bed + before.minutes
    # Some weeks a person is away or has had enough.
    tired = rng(person.seed, person.key, "week", day.isocalendar()[:2]).random() < 0.04
    kept_morning, kept_evening = draw.random(2)
    of_the_day = draw.normal(0, 4.5) + _without_tablets(person, day)
    weeks = (day - date(day.year, 1, 1)).days / 7
    level = person.systolic + of_the_day + person.trend_a_week * (weeks % 26 - 13)
    sessions = []
    if kept_morning < person.mornings_kept and not tired:
        rise = person.morning_rise + (7 if before.bad else 0)
        at = waking + draw.uniform(12, 45)
        sessions.append(_session(person, draw, at, level + rise, 4 if before.bad else 0))
    if kept_evening < person.evenings_kept and not tired:
        at = MINUTES_A_DAY + coming.bed - draw.uniform(15, 75)
        sessions.append(_session(person, draw, at, level - 3, 2))
    return sessions


def _without_tablets(person: Person, day: date) -> float:
    """What some weeks add (mmHg): the tablets ran out and pressure goes back up within days."""
    week = (day - date(2020, 1, 1)).days // 7
    draw = rng(person.seed, person.key, "tablets", week)
    return float(draw.uniform(14, 22)) if draw.random() < 0.04 else 0.0


def _session(
    person: Person, draw: np.random.Generator, minute: float, systolic: float, pulse: float
) -> list[Measurement]:
    crisis = draw.random() < person.crises
    readings = []
    for n in range(2):
        first = 3 if n == 0 else 0  # the first reading is the excited one
        upper = systolic + first + draw.normal(0, 4)
        lower = person.diastolic + (systolic - person.systolic) * 0.5 + draw.normal(0, 3)
        if crisis:
            upper = max(upper, CRISIS + float(draw.integers(0, 14)))
        upper = float(np.clip(upper, 85, 215))
        lower = float(np.clip(lower, 45, upper - 20))
        beats = float(np.clip(person.pulse + pulse + draw.normal(0, 4), 42, 130))
        flags = tuple(
            flag
            for flag, chance in zip(FLAGS, (person.irregular, 0.012, 0.008), strict=True)
            if draw.random() < chance
        )
        at = minute + n * draw.uniform(1.2, 2.5)
        readings.append(Measurement(at, round(upper), round(lower), round(beats), flags))
    return readings


def rng(seed: int, *what: object) -> np.random.Generator:
    """A generator of its own for each thing that is drawn, whatever is drawn before it."""
    return np.random.default_rng([seed, zlib.crc32(repr(what).encode())])


def stages(person: Person, day: date, plan: NightPlan, *, epochs: int) -> str:
    """The hypnogram of a night, one letter an epoch of W, L, D, R: cycles of about 90 minutes,
    deep sleep early, REM late, and waking in between, more of it in a bad night."""
    draw = rng(person.seed, person.key, "stages", day)
    waking = 0.12 if plan.bad else 0.04
    asleep_after = int(draw.gamma(2, 18 if plan.bad else 7))
    letters = ["W"] * min(asleep_after, epochs // 3)
    cycle = 0
    while len(letters) < epochs:
        deep = max(0, int(draw.normal(50 - 16 * cycle, 10)))
        rem = max(4, int(draw.normal(14 + 12 * cycle, 8)))
        light = max(20, int(draw.normal(95, 20)))
        awake = int(draw.gamma(1.2, waking * 60))
        letters += "L" * (light // 2) + "D" * deep + "L" * (light - light // 2) + "R" * rem
        letters += "W" * awake
        cycle += 1
    return "".join(letters[:epochs])
