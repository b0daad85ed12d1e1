"""Times as apps write them, with the rules for the two days a year on which clocks are changed."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})")
_SLASHED = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?"
    r"\s*(Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)?"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FARTHEST = timedelta(hours=14)
EXAMPLE = "2026-10-01 07:00"


class NoTime(ValueError):
    """What was written is no moment; the text says why and the cure."""


def moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment a text names, aware. Without an offset it is a clock's reading in that zone.

    The hour that a clock shows twice, when it is put back, is read as the first time. Raises
    NoTime, also for the hour that a clock leaps over.
    """
    day, clock = _split(text)
    hour, minute, second, fraction, half, offset = clock.groups()
    try:
        naive = datetime(  # noqa: DTZ001 # the clock's reading; the zone comes below
            *day,
            _hour(int(hour), half),
            int(minute),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")),
        )
    except ValueError:
        raise NoTime(f"{text[:40]!r} is in no calendar.") from None
    if offset is None:
        return local(naive, zone)
    return naive.replace(tzinfo=UTC if offset == "Z" else _fixed(offset))


def local(naive: datetime, zone: ZoneInfo) -> datetime:
    """A clock's reading in a zone as a moment, which keeps the zone."""
    aware = naive.replace(tzinfo=zone)
    try:
        shown = aware.astimezone(UTC).astimezone(zone)
    except OverflowError:
        raise NoTime(f"{naive} is outside of the calendar.") from None
    if shown.replace(tzinfo=None) != naive:
        raise NoTime(
            f"{naive:%Y-%m-%d %H:%M} never was in {zone.key}: clocks were put forward over it."
            " Was it another time zone?"
        )
    return aware


@lru_cache(maxsize=1_000)
def zone_of(text: str) -> ZoneInfo:
    """The time zone of that name. Raises NoTime."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise NoTime(f"{text[:40]!r} is no time zone: write it like Asia/Tokyo.") from None


def is_twice(time: datetime) -> bool:
    """Whether the clock showed this reading twice, so that the first time was assumed."""
    return time.utcoffset() != time.replace(fold=1).utcoffset()


def written(time: datetime) -> str:
    """As readings are sent: RFC 3339, to the second or as exact as it is."""
    return time.isoformat()


def _split(text: str) -> tuple[tuple[int, int, int], re.Match[str]]:
    text = text.strip()
    for pattern, order in ((_DATE, (1, 2, 3)), (_MONTH_FIRST, (3, 1, 2)), (_DAY_FIRST, (3, 2, 1))):
        found = pattern.match(text)
        if found is None:
            continue
        clock = _CLOCK.fullmatch(text[found.end() :].lstrip("T ,").strip())
        if clock is None:
            raise NoTime(f"{text[:40]!r} has no time of day: write it like {EXAMPLE}.")
        year, month, day = (found[place] for place in order)
        return (int(year), _month(month), int(day)), clock
    if _SLASHED.match(text):
        raise NoTime(
            f"{text[:40]!r} may be day or month first: write it like {EXAMPLE} (year, month, day)."
        )
    raise NoTime(f"{text[:40]!r} is no time: write it like {EXAMPLE}.")


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    try:
        return MONTHS.index(text[:3].lower()) + 1
    except ValueError:
        raise NoTime(f"{text[:20]!r} is no month: write the date like 2026-10-01.") from None


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half in "Pp" else 0)


def _fixed(offset: str) -> timezone:
    found = _OFFSET.fullmatch(offset)
    assert found is not None  # _CLOCK let nothing else through
    size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if size > FARTHEST:
        raise NoTime(f"{offset} is no offset from UTC that a clock anywhere has.")
    return timezone(size if found[1] == "+" else -size)
