"""The score of two records, after Fellegi and Sunter, and in which of three bands it lies.

Fellegi, I. P.; Sunter, A. B. (1969): A Theory for Record Linkage, JASA 64 (328), 1183-1210. Each
field adds log2(m / u): m, how often it agrees so far in two records of one person; u, how often in
records of two. The fields are taken as independent, which those of a household are not, and two
rules say so:

- **Given name different**: family name, postcode and number say nothing, because twins share them.
- **Birth date different**: the same three say nothing, because father and son share them.

A number is weak evidence by decree, not by its figures: numbers are given out again. It weighs less
than any threshold and is never asked for candidates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log2

from healthcare.persons.comparing.agreeing import Field, Level, levels
from healthcare.persons.comparing.known import Known


class Band(StrEnum):
    """What the score says; a person decides in any case."""

    SAME = "same"
    TO_REVIEW = "to_review"
    DIFFERENT = "different"


# (m, u) by field and level, counted in generated people: `python -m benchmarks.matching --estimate
# --seed 7`. docs/matching.md says what these people are, and that real ones are not counted.
CHANCES: Mapping[Field, Mapping[Level, tuple[float, float]]] = {
    Field.FAMILY_NAME: {
        Level.SAME: (0.981, 0.0251),
        Level.SAME_READING: (0.00093, 0.00074),
        Level.NEAR: (0.00073, 0.00014),
        Level.DIFFERENT: (0.0175, 0.974),
    },
    Field.GIVEN_NAME: {
        Level.SAME: (0.985, 0.00886),
        Level.SAME_READING: (0.0133, 0.00221),
        Level.NEAR: (0.00066, 0.00098),
        Level.DIFFERENT: (0.00133, 0.988),
    },
    Field.BIRTH_DATE: {
        Level.SAME: (0.9745, 0.000037),
        Level.SWAPPED: (0.0036, 0.000008),
        Level.ONE_DIGIT: (0.0218, 0.00128),
        Level.DIFFERENT: (0.00013, 0.9987),
    },
    Field.SEX: {Level.SAME: (0.996, 0.515), Level.DIFFERENT: (0.0038, 0.485)},
    Field.POSTCODE: {
        Level.SAME: (0.874, 0.000113),
        Level.AREA: (0.0493, 0.00818),
        Level.DIFFERENT: (0.0767, 0.992),
    },
}
NUMBER_WEIGHS = 3.0
WEIGHTS: Mapping[Field, Mapping[Level, float]] = {
    **{
        field: {level: log2(m / u) for level, (m, u) in chances.items()}
        for field, chances in CHANCES.items()
    },
    Field.NUMBER: {Level.SAME: NUMBER_WEIGHS},
}
# Of a household as much as of a person.
SHARED = (Field.FAMILY_NAME, Field.POSTCODE, Field.NUMBER)
TO_REVIEW_FROM = 14.0
SAME_FROM = 26.0


@dataclass(frozen=True, slots=True)
class Step:
    """What one field added. `level` is a word of `Level`; `counted` is False where a household
    explains it."""

    field: Field
    level: Level
    weight: float
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing two records says, field by field. No value of a field stands in it."""

    score: float
    band: Band
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        said = ", ".join(f"{s.field} {s.level}: {s.weight:+.1f}" for s in self.steps if s.weight)
        return f"{self.score:+.1f} ({self.band}): {said}"


def compare(one: Known, other: Known) -> Comparison:
    """Compare two records. The order of the two says nothing."""
    agreement = levels(one, other)
    household = (
        agreement[Field.GIVEN_NAME] == Level.DIFFERENT
        or agreement[Field.BIRTH_DATE] == Level.DIFFERENT
    )
    steps = tuple(
        _step(field, level, counted=not (household and field in SHARED))
        for field, level in agreement.items()
    )
    score = sum(step.weight for step in steps)
    return Comparison(score, _band(score, agreement), steps)


def _step(field: Field, level: Level, *, counted: bool) -> Step:
    weight = WEIGHTS[field].get(level, 0.0)
    # What speaks against one person does so in a household too.
    if not counted and weight > 0:
        return Step(field, level, 0.0, counted=False)
    return Step(field, level, weight)


def _band(score: float, agreement: Mapping[Field, Level]) -> Band:
    if score < TO_REVIEW_FROM:
        return Band.DIFFERENT
    alike = (Level.SAME, Level.SAME_READING)
    certain = (
        score >= SAME_FROM
        and agreement[Field.BIRTH_DATE] == Level.SAME
        and agreement[Field.GIVEN_NAME] == Level.SAME
        and agreement[Field.FAMILY_NAME] in alike
        and agreement[Field.SEX] != Level.DIFFERENT
    )
    return Band.SAME if certain else Band.TO_REVIEW
