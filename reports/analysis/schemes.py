"""The tables that name a blood pressure: versioned data, and the one function that reads them.

A scheme is data with a version and a fingerprint, so that an old report can be explained and a
clinician can sign exactly what was in force. Until a scheme is signed, everything that rests on
it carries the words "rules not approved for clinical use".
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType

from reports.analysis.measured import Pressure

ADULT_FROM_AGE = 18
DEFAULT_SCHEME = "jsh2025-home"

HOME_LINE = Pressure(135, 85)
OFFICE_LINE = Pressure(140, 90)
NIGHT_LINE = Pressure(120, 70)

ISOLATED_SYSTOLIC = "isolated_systolic"
ISOLATED_DIASTOLIC = "isolated_diastolic"


class UnknownScheme(ValueError):
    """A scheme was asked for by a name that is not in the table."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown scheme {name!r}; known are: {', '.join(SCHEMES)}")


@dataclass(frozen=True, slots=True)
class Grade:
    """A category and where it begins; a component without a line never leads to it alone."""

    category: str
    systolic_from: float | None
    diastolic_from: float | None

    def holds(self, systolic: float, diastolic: float) -> bool:
        by_systolic = self.systolic_from is not None and systolic >= self.systolic_from
        by_diastolic = self.diastolic_from is not None and diastolic >= self.diastolic_from
        return by_systolic or by_diastolic


@dataclass(frozen=True, slots=True)
class Scheme:
    """One guideline's table. `grades` ascend; `threshold` and `goal` are two different lines."""

    name: str
    version: str
    setting: str  # home | office
    source: str
    grades: tuple[Grade, ...]
    threshold: Pressure
    goal: Pressure
    goal_from_age: tuple[int, Pressure] | None = None
    isolated_systolic: bool = False
    isolated_diastolic: bool = False
    signed: bool = False

    def default_goal(self, age: int | None = None) -> Pressure:
        """The goal (below, in both components) where a clinician has set none for the person."""
        if self.goal_from_age is not None and age is not None and age >= self.goal_from_age[0]:
            return self.goal_from_age[1]
        return self.goal

    def fingerprint(self) -> str:
        """SHA-256 of the table without its signature: what a clinician signs."""
        table = {key: value for key, value in asdict(self).items() if key != "signed"}
        return hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Classification:
    """What a scheme calls a pair of pressures, and which table said so."""

    category: str
    flags: tuple[str, ...]
    scheme: str
    scheme_version: str


JSH2019_GRADES = (
    Grade("normal", 0, 0),
    Grade("high_normal", 115, None),
    Grade("elevated", 125, 75),
    Grade("grade_1", 135, 85),
    Grade("grade_2", 145, 90),
    Grade("grade_3", 160, 100),
)

_ALL = (
    Scheme(
        name="jsh2025-home",
        version="1",
        setting="home",
        source="JSH 2025: home goal below 125/75 at every age; categories of JSH 2019",
        grades=JSH2019_GRADES,
        threshold=HOME_LINE,
        goal=Pressure(125, 75),
        isolated_systolic=True,
    ),
    Scheme(
        name="jsh2019-home",
        version="1",
        setting="home",
        source="JSH 2019 (Umemura et al., Hypertens Res 2019): home categories and goals",
        grades=JSH2019_GRADES,
        threshold=HOME_LINE,
        goal=Pressure(125, 75),
        goal_from_age=(75, Pressure(135, 85)),
        isolated_systolic=True,
    ),
    Scheme(
        name="esc2024-home",
        version="1",
        setting="home",
        source="ESC 2024 (McEvoy et al., Eur Heart J 45:3912): home categories; target 120-129",
        grades=(
            Grade("non_elevated", 0, 0),
            Grade("elevated", 120, 70),
            Grade("hypertension", 135, 85),
        ),
        threshold=HOME_LINE,
        goal=Pressure(130, 80),
    ),
    Scheme(
        name="accaha-home",
        version="1",
        setting="home",
        source="ACC/AHA 2017, unchanged in AHA/ACC 2025: one table for office and home",
        grades=(
            Grade("normal", 0, 0),
            Grade("elevated", 120, None),
            Grade("stage_1", 130, 80),
            Grade("stage_2", 140, 90),
        ),
        threshold=Pressure(130, 80),
        goal=Pressure(130, 80),
    ),
    Scheme(
        name="esh2023-office",
        version="1",
        setting="office",
        source="ESH 2023 (Mancia et al., J Hypertens 41:1874): office grades",
        grades=(
            Grade("optimal", 0, 0),
            Grade("normal", 120, 80),
            Grade("high_normal", 130, 85),
            Grade("grade_1", 140, 90),
            Grade("grade_2", 160, 100),
            Grade("grade_3", 180, 110),
        ),
        threshold=OFFICE_LINE,
        goal=Pressure(130, 80),
        isolated_systolic=True,
        isolated_diastolic=True,
    ),
)

SCHEMES: Mapping[str, Scheme] = MappingProxyType({scheme.name: scheme for scheme in _ALL})


def named(name: str) -> Scheme:
    """The scheme of that name; `UnknownScheme` lists the known ones."""
    try:
        return SCHEMES[name]
    except KeyError:
        raise UnknownScheme(name) from None


def classify(systolic: float, diastolic: float, scheme: str | Scheme) -> Classification:
    """Classify an UNROUNDED pair in mmHg; the higher component wins.

    Only for adults and not in pregnancy: the caller answers for that (`blood_pressure` does).
    """
    for component, value in (("systolic", systolic), ("diastolic", diastolic)):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{component} must be a positive number of mmHg, not {value}")
    table = named(scheme) if isinstance(scheme, str) else scheme
    grade = next(g for g in reversed(table.grades) if g.holds(systolic, diastolic))
    return Classification(
        category=grade.category,
        flags=_isolated(systolic, diastolic, table),
        scheme=table.name,
        scheme_version=table.version,
    )


def age_on(birth_date: date, day: date) -> int:
    """Completed years; someone born on 29 February has a birthday on 1 March in other years."""
    had_no_birthday_yet = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - had_no_birthday_yet


def _isolated(systolic: float, diastolic: float, table: Scheme) -> tuple[str, ...]:
    high_systolic = systolic >= table.threshold.systolic
    high_diastolic = diastolic >= table.threshold.diastolic
    if table.isolated_systolic and high_systolic and not high_diastolic:
        return (ISOLATED_SYSTOLIC,)
    if table.isolated_diastolic and high_diastolic and not high_systolic:
        return (ISOLATED_DIASTOLIC,)
    return ()
