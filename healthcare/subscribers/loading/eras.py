"""Japanese era dates to the day they mean, or None for a day that never was.

An era begins on its first day and ends when the next begins. Two eras share the day of change of
1912 and 1926, which was named after both; Heisei and Reiwa began the day after. A year over the end
of its era, such as 平成32年, is no date: some systems write on in the old era, and whether this one
does is for its owner to say.

Source: the imperial and cabinet orders on the change of the era's name. Dates of Meiji before 1873
counted by the moon; none of them lies within what a subscriber file may hold.
"""

import re
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Era:
    """`first` is its first day, `last` the last that is named after it; None while it runs."""

    letter: str
    kanji: str
    ligature: str
    first: date
    last: date | None


MEIJI = Era("M", "明治", "㍾", date(1868, 10, 23), date(1912, 7, 30))
TAISHO = Era("T", "大正", "㍽", date(1912, 7, 30), date(1926, 12, 25))
SHOWA = Era("S", "昭和", "㍼", date(1926, 12, 25), date(1989, 1, 7))
HEISEI = Era("H", "平成", "㍻", date(1989, 1, 8), date(2019, 4, 30))
REIWA = Era("R", "令和", "㋿", date(2019, 5, 1), None)
ERAS = (MEIJI, TAISHO, SHOWA, HEISEI, REIWA)

# Two ways to write an era as one digit are in use; which one cannot be seen from a date.
DIGITS = {"1": MEIJI, "2": TAISHO, "3": SHOWA, "4": HEISEI, "5": REIWA}
PENSION_DIGITS = {"1": MEIJI, "3": TAISHO, "5": SHOWA, "7": HEISEI, "9": REIWA}

_BY_NAME = {
    name: era
    for era in ERAS
    for name in (era.letter, era.letter.lower(), era.kanji, era.kanji[0], era.ligature)
}
_NAMES = "|".join(sorted(map(re.escape, _BY_NAME), key=len, reverse=True))
_YEAR = r"(?P<year>元|[0-9]{1,2})"
_WRITTEN = re.compile(
    rf"(?P<era>{_NAMES}) ?{_YEAR}"
    r"(?:年 ?(?P<m1>[0-9]{1,2})月 ?(?P<d1>[0-9]{1,2})日"
    r"|(?P<mark>[./-])(?P<m2>[0-9]{1,2})(?P=mark)(?P<d2>[0-9]{1,2})"
    r"|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2}))"
)
_ONE_DIGIT = re.compile(r"([0-9])([0-9]{2})([0-9]{2})([0-9]{2})")


class NoSuchDay(ValueError):
    """It is written as an era date, and there was no such day. The text says why."""


def written(cell: str) -> date | None:
    """令和6年1月2日, R6.1.2, S55/03/04, H010203: the day; None if it is not written so.

    Raises:
        NoSuchDay: there is no such day in that era.
    """
    found = _WRITTEN.fullmatch(cell)
    if found is None:
        return None
    year = 1 if found["year"] == "元" else int(found["year"])
    if found["m3"] and len(found["year"]) == 1:
        return None  # without marks between, only two digits each can be told apart
    month = found["m1"] or found["m2"] or found["m3"]
    day = found["d1"] or found["d2"] or found["d3"]
    return _day(_BY_NAME[found["era"]], year, int(month), int(day))


def coded(cell: str, digits: dict[str, Era]) -> date | None:
    """Seven digits: one for the era, two each for year, month and day; None if it is not so.

    Raises:
        NoSuchDay: no era has that digit, or there is no such day in it.
    """
    found = _ONE_DIGIT.fullmatch(cell)
    if found is None:
        return None
    era = digits.get(found[1])
    if era is None:
        raise NoSuchDay(f"No era has the digit {found[1]}; they are {', '.join(digits)}.")
    return _day(era, int(found[2]), int(found[3]), int(found[4]))


def _day(era: Era, year: int, month: int, day: int) -> date:
    try:
        found = date(era.first.year + year - 1, month, day) if year else None
    except ValueError:
        found = None
    if found is None:
        raise NoSuchDay(f"There is no day {month}/{day} in the year {year} of {era.kanji}.")
    if found < era.first:
        raise NoSuchDay(f"{era.kanji} began on {era.first}: this lies before it.")
    if era.last is not None and found > era.last:
        raise NoSuchDay(f"{era.kanji} ended on {era.last}: this lies after it.")
    return found
