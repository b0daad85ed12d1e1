"""The forms in which an operator may write a date, each to YYYY-MM-DD.

A mapping names the forms of a column. A cell in another form is not a date, so 02/03/2024 is never
read one way here and the other way there.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date

from healthcare.subscribers.loading import eras
from healthcare.subscribers.loading.cells import BadCell

Read = Callable[[str], date | None]


def _form(pattern: str) -> Read:
    compiled = re.compile(pattern)

    def read(cell: str) -> date | None:
        found = compiled.fullmatch(cell)
        return found and date(int(found["y"]), int(found["m"]), int(found["d"]))

    return read


def _era_digits(cell: str) -> date | None:
    return eras.coded(cell, eras.DIGITS)


def _pension_digits(cell: str) -> date | None:
    return eras.coded(cell, eras.PENSION_DIGITS)


_Y, _M, _D = r"(?P<y>[0-9]{4})", r"(?P<m>[0-9]{1,2})", r"(?P<d>[0-9]{1,2})"
_MARK, _SAME = r"(?P<mark>[./-])", r"(?P=mark)"

FORMS: dict[str, Read] = {
    "iso": _form(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"),
    "year-month-day": _form(rf"{_Y}{_MARK}{_M}{_SAME}{_D}"),
    "compact": _form(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    "kanji": _form(rf"{_Y}年 ?{_M}月 ?{_D}日"),
    "day-month-year": _form(rf"{_D}{_MARK}{_M}{_SAME}{_Y}"),
    "month-day-year": _form(rf"{_M}{_MARK}{_D}{_SAME}{_Y}"),
    "era": eras.written,
    "era-digits": _era_digits,
    "era-digits-pension": _pension_digits,
}
EXAMPLES = {
    "iso": "2024-01-02",
    "year-month-day": "2024/1/2, 2024.01.02",
    "compact": "20240102",
    "kanji": "2024年1月2日",
    "day-month-year": "02/01/2024",
    "month-day-year": "01/02/2024",
    "era": "令和6年1月2日, R6.1.2, S55/03/04, 昭和元年12月25日",
    "era-digits": "5060102 (1 明治 2 大正 3 昭和 4 平成 5 令和)",
    "era-digits-pension": "9060102 (1 明治 3 大正 5 昭和 7 平成 9 令和)",
}
# Forms of which one cell may be both: a column has one of each pair at most.
AMBIGUOUS = (("day-month-year", "month-day-year"), ("era-digits", "era-digits-pension"))


def read(cell: str, forms: Sequence[str]) -> str:
    """The day as YYYY-MM-DD. Raises `BadCell` for a cell in none of the forms, or no such day."""
    written = cell.strip()
    if not written:
        return ""
    for form in forms:
        try:
            day = FORMS[form](written)
        except eras.NoSuchDay as error:
            raise BadCell("not_a_date", f"{error} Correct the date.") from error
        except ValueError as error:
            raise BadCell("not_a_date", f"There is no day {written}: correct it.") from error
        if day is not None:
            return day.isoformat()
    examples = " or ".join(EXAMPLES[form] for form in forms)
    raise BadCell("not_a_date", f"Not a date in a form of the mapping: write it like {examples}.")
