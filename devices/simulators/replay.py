"""Readings that real people had: rows of the NHANES survey, one person a member.

The survey measured up to three pressures a minute apart and asked for the usual hours of sleep.
An empty field is a value nobody took; a diastolic of 5.4e-79 is the survey's encoded zero and is
sent as it stands: telling it from a reading is the product's work.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from devices.simulators.members import Member
from devices.simulators.posting import Upload

PERSON, AGE = "SEQN", "AgeInYearsAtScreening"
PULSE = "60SecPulse30SecPulse2"
BED, HOURS = "UsualSleepTimeOnWeekdaysOrWorkdays", "SleepHoursWeekdaysOrWorkdays"
PRESSURES = tuple(
    (f"SystolicBloodPres{n}RdgMmHg", f"DiastolicBloodPres{n}RdgMmHg") for n in ("1St", "2Nd", "3Rd")
)
NEEDED = {PERSON, AGE, PULSE, BED, HOURS, *(name for pair in PRESSURES for name in pair)}
ADULT = 18
SEATED_AT = time(9, 0)
BETWEEN = timedelta(minutes=1)
REFUSED_OR_UNKNOWN = ("77777", "99999")


class FileUnreadable(ValueError):
    """The file is not the survey's; the message names the line, the field and the cure."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One person of the survey: (systolic, diastolic) in order, pulse, bedtime, hours of sleep."""

    person: str
    age: float | None
    pressures: tuple[tuple[float, float], ...]
    pulse: float | None
    bed: time | None
    hours: float | None

    @property
    def is_adult(self) -> bool:
        return self.age is not None and self.age >= ADULT


def read(path: Path) -> list[Surveyed]:
    """All people of the file, with and without readings. Raises FileUnreadable."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            needed = {
                PERSON,
                AGE,
                PULSE,
                BED,
                HOURS,
                *(name for pair in PRESSURES for name in pair),
            }
            if missing := sorted(needed - set(rows.fieldnames or ())):
                raise FileUnreadable(f"{path}: the header lacks {', '.join(missing)}.")
            return [_surveyed(path, rows.line_num, row) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileUnreadable(f"{path} cannot be read: {error}.") from error


def uploads(
    members: Sequence[Member], people: Sequence[Surveyed], *, start: date
) -> Iterator[tuple[Member, Upload]]:
    """Each adult with something measured goes to the next member's devices, from `start` on."""
    by_person: dict[str, list[Member]] = {}
    for member in members:
        by_person.setdefault(member.person, []).append(member)
    measured = [someone for someone in people if someone.is_adult and _has_anything(someone)]
    for devices, someone in zip(by_person.values(), measured, strict=False):
        for member in devices:
            items = _items(member, someone, start)
            if items:
                at = datetime.combine(
                    start + timedelta(days=1), SEATED_AT, ZoneInfo(member.timezone)
                )
                yield member, Upload(at, {"readings": items}, len(items))


def _has_anything(someone: Surveyed) -> bool:
    return bool(someone.pressures or (someone.bed and someone.hours))


def _items(member: Member, someone: Surveyed, start: date) -> list[dict[str, Any]]:
    zone = ZoneInfo(member.timezone)
    if member.kind == "sleep":
        if someone.bed is None or not someone.hours:
            return []
        # Bedtimes after midnight belong to the same night as those before it.
        evening = start if someone.bed.hour >= 12 else start + timedelta(days=1)
        went = datetime.combine(evening, someone.bed, zone)
        return [
            {
                "kind": "sleep",
                "id": someone.person,
                "started_at": went.isoformat(),
                "ended_at": (went + timedelta(hours=someone.hours)).isoformat(),
                "stages": [{"stage": "asleep", "minutes": someone.hours * 60}],
            }
        ]
    if member.kind != "blood_pressure":
        return []  # the survey's file says nothing of it
    seated = datetime.combine(start, SEATED_AT, zone)
    return [
        {
            "kind": "blood_pressure",
            "id": f"{someone.person}-{n}",
            "measured_at": (seated + n * BETWEEN).isoformat(),
            "systolic": systolic,
            "diastolic": diastolic,
            **({} if someone.pulse is None else {"pulse": someone.pulse}),
            "position": "sitting",
        }
        for n, (systolic, diastolic) in enumerate(someone.pressures)
    ]


def _surveyed(path: Path, line: int, row: dict[str, str]) -> Surveyed:
    def number(name: str) -> float | None:
        text = (row[name] or "").strip()
        try:
            value = float(text) if text else None
        except ValueError:
            raise FileUnreadable(f"{path}, line {line}, {name}: {text!r} is no number.") from None
        # The survey's program wrote every number with a point; a cuff shows whole ones.
        return int(value) if value is not None and value.is_integer() else value

    pairs = [(number(systolic), number(diastolic)) for systolic, diastolic in PRESSURES]
    return Surveyed(
        person=row[PERSON].removesuffix(".0"),
        age=number(AGE),
        pressures=tuple((s, d) for s, d in pairs if s is not None and d is not None),
        pulse=number(PULSE),
        bed=_bedtime(path, line, row[BED]),
        hours=number(HOURS),
    )


def _bedtime(path: Path, line: int, text: str) -> time | None:
    # The file was written from a statistics package: b'23:00'.
    digits = (text or "").strip().removeprefix("b").strip("'")
    if not digits or digits in REFUSED_OR_UNKNOWN:
        return None
    try:
        return time.fromisoformat(digits)
    except ValueError:
        raise FileUnreadable(f"{path}, line {line}, {BED}: {text!r} is no time.") from None
