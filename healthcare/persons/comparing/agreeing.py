"""How far two records agree in one field: a word for each, which the weights are given to."""

from datetime import date
from enum import StrEnum

from healthcare.persons.comparing.known import Known, area, spoken, written


class Field(StrEnum):
    """What is compared."""

    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    POSTCODE = "postcode"
    NUMBER = "number"


class Level(StrEnum):
    """How far a field agrees. UNKNOWN says nothing: one of the two does not have it."""

    SAME = "same"
    SAME_READING = "same_reading"  # written otherwise
    NEAR = "near"  # a reading with one slip, where there is nothing else to compare
    SWAPPED = "swapped"  # day and month
    ONE_DIGIT = "one_digit"
    AREA = "area"  # the first three digits
    DIFFERENT = "different"
    UNKNOWN = "unknown"


# A reading of two kana is another name with one slip: ミカ, ミナ.
SHORTEST_WITH_A_SLIP = 3


def levels(one: Known, other: Known) -> dict[Field, Level]:
    """How far two records agree, field by field. The order of the two says nothing."""
    return {
        Field.FAMILY_NAME: _name(
            (one.family_name, one.family_name_kana), (other.family_name, other.family_name_kana)
        ),
        Field.GIVEN_NAME: _name(
            (one.given_name, one.given_name_kana), (other.given_name, other.given_name_kana)
        ),
        Field.BIRTH_DATE: _birth_date(one.birth_date, other.birth_date),
        Field.SEX: _plain(one.sex, other.sex),
        Field.POSTCODE: _postcode(one.postcode, other.postcode),
        Field.NUMBER: Level.SAME if one.numbers & other.numbers else Level.UNKNOWN,
    }


def _plain(one: str, other: str) -> Level:
    if not one or not other:
        return Level.UNKNOWN
    return Level.SAME if one == other else Level.DIFFERENT


def _name(one: tuple[str, str], other: tuple[str, str]) -> Level:
    """Written and read. Who is written differently and read the same may be one person or two."""
    by_writing = _plain(written(one[0]), written(other[0]))
    if by_writing == Level.SAME:
        return Level.SAME
    readings = spoken(one[1]), spoken(other[1])
    by_reading = _plain(*readings)
    if by_writing == Level.UNKNOWN:
        if by_reading == Level.DIFFERENT and _one_slip(*readings):
            return Level.NEAR
        return by_reading
    return Level.SAME_READING if by_reading == Level.SAME else Level.DIFFERENT


def _one_slip(one: str, other: str) -> bool:
    """One kana more, less, other, or two neighbours in each other's place."""
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST_WITH_A_SLIP or len(long) - len(short) > 1:
        return False
    at = next((i for i, kana in enumerate(short) if kana != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]


def _birth_date(one: date | None, other: date | None) -> Level:
    if one is None or other is None:
        return Level.UNKNOWN
    if one == other:
        return Level.SAME
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return Level.SWAPPED
    pairs = zip(one.isoformat(), other.isoformat(), strict=True)
    return Level.ONE_DIGIT if sum(a != b for a, b in pairs) == 1 else Level.DIFFERENT


def _postcode(one: str, other: str) -> Level:
    whole = _plain(one, other)
    if whole == Level.DIFFERENT and area(one) and area(one) == area(other):
        return Level.AREA
    return whole
