"""Many RFC 3339 times at once, as NumPy sees them: 0.16 us each instead of 1 us for an object."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MICROSECONDS_A_SECOND = 1_000_000
# PostgreSQL counts from here.
EPOCH = np.datetime64("2000-01-01", "D").astype(np.int64)
DATE_AND_TIME = len("2026-10-01T07:00:00")
# The letters that stand between the numbers, by place.
MARKS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]
DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
FARTHEST_OFFSET = 18 * 60
ZERO = ord("0")

Times = npt.NDArray[np.int64]
Minutes = npt.NDArray[np.int64]


def parse(texts: Sequence[str]) -> tuple[Times, Minutes] | None:
    """Microseconds since 2000-01-01 UTC and minutes east of UTC, of every text.

    It reads the usual spellings (`2026-10-01T07:00:00+09:00`, `Z`, a fraction of up to six
    digits) of the years 1900 to 2200. None when one of them is anything else, right or wrong: the
    exact reader looks at those.
    """
    if not texts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    shortest = int(lengths.min())
    if shortest == lengths.max():
        return _of_one_length(texts, shortest)
    times, offsets = np.empty(len(texts), np.int64), np.empty(len(texts), np.int64)
    for length in np.unique(lengths):
        places = np.flatnonzero(lengths == length)
        found = _of_one_length([texts[place] for place in places.tolist()], int(length))
        if found is None:
            return None
        times[places], offsets[places] = found
    return times, offsets


def _of_one_length(texts: Sequence[str], length: int) -> tuple[Times, Minutes] | None:
    try:
        joined = "".join(texts).encode("ascii")
    except UnicodeEncodeError:
        return None
    if length <= DATE_AND_TIME:
        return None
    letters = np.frombuffer(joined, np.uint8).reshape(len(texts), length)
    tail = _tail(letters)
    if tail is None or any((letters[:, place] != ord(mark)).any() for place, mark in MARKS):
        return None
    fraction, offset = tail
    digits = letters[:, DIGITS].astype(np.int64) - ZERO
    if ((digits < 0) | (digits > 9)).any():
        return None
    year = digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]
    month, day, hour, minute, second = (
        digits[:, place] * 10 + digits[:, place + 1] for place in (4, 6, 8, 10, 12)
    )
    if not _are_dates(year, month, day) or (hour > 23).any() or (minute > 59).any():
        return None
    if (second > 59).any():
        return None
    days = _days(year, month, day)
    seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
    return seconds * MICROSECONDS_A_SECOND + fraction, offset


def _tail(letters: npt.NDArray[np.uint8]) -> tuple[Times, Minutes] | None:
    """The fraction, in microseconds, and the offset after the seconds."""
    count, length = letters.shape
    if letters[0, -1] == ord("Z"):
        end = length - 1
        if (letters[:, -1] != ord("Z")).any():
            return None
        offset = np.zeros(count, np.int64)
    else:
        end = length - len("+09:00")
        found = _offset(letters[:, end:]) if end >= DATE_AND_TIME else None
        if found is None:
            return None
        offset = found
    fraction = _fraction(letters[:, DATE_AND_TIME:end])
    return None if fraction is None else (fraction, offset)


def _fraction(letters: npt.NDArray[np.uint8]) -> Times | None:
    count, length = letters.shape
    if length == 0:
        return np.zeros(count, np.int64)
    digits = letters[:, 1:].astype(np.int64) - ZERO
    if not 2 <= length <= 7 or (letters[:, 0] != ord(".")).any():
        return None
    if ((digits < 0) | (digits > 9)).any():
        return None
    worth = 10 ** np.arange(5, 6 - length, -1)
    found: Times = digits @ worth
    return found


def _offset(letters: npt.NDArray[np.uint8]) -> Minutes | None:
    sign = letters[:, 0]
    west = sign == ord("-")
    digits = letters[:, [1, 2, 4, 5]].astype(np.int64) - ZERO
    if (~west & (sign != ord("+"))).any() or (letters[:, 3] != ord(":")).any():
        return None
    if ((digits < 0) | (digits > 9)).any():
        return None
    minutes = digits[:, 2] * 10 + digits[:, 3]
    total = (digits[:, 0] * 10 + digits[:, 1]) * 60 + minutes
    if (minutes > 59).any() or (total > FARTHEST_OFFSET).any():
        return None
    return np.where(west, -total, total)


def _are_dates(year: Times, month: Times, day: Times) -> bool:
    if (year < 1900).any() or (year > 2200).any() or (month < 1).any() or (month > 12).any():
        return False
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = DAYS[month] + (leap & (month == 2))
    return bool(((day >= 1) & (day <= longest)).all())


def _days(year: Times, month: Times, day: Times) -> Times:
    """Days since 2000-01-01."""
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    days: Times = first.astype("datetime64[D]").astype(np.int64) - EPOCH + day - 1
    return days
