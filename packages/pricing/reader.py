"""Reads plain JSON values and collects every problem with its place and its cure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from packages.pricing.problems import Problem

E = TypeVar("E", bound=StrEnum)

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2200, 1, 1)
LARGEST: Final = 10**12
"""Bound of every whole number; far above any price, small enough for every calculation."""

LONGEST_NAME: Final = 100

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line separators, writing-direction overrides, surrogates."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RATE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Reader:
    """Where in the input we are, and the problems found so far (shared by all readers)."""

    problems: list[Problem] = field(default_factory=list)
    path: str = ""
    index: int | None = None

    def at(self, key: str) -> "Reader":
        """The reader of one key of an object."""
        shown = key if _is_name(key) else _shown(key)
        return replace(self, path=f"{self.path}.{shown}" if self.path else shown)

    def item(self, index: int) -> "Reader":
        """The reader of one item of a list; the outermost index is the one reported."""
        outermost = index if self.index is None else self.index
        return replace(self, path=f"{self.path}[{index}]", index=outermost)

    def problem(self, code: str, detail: str) -> None:
        """Note a problem here."""
        place = self.path or "history"
        self.problems.append(Problem(index=self.index, field=place, code=code, detail=detail))

    def fields(
        self, value: object, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
    ) -> Mapping[str, object]:
        """An object with these keys and no others."""
        if not isinstance(value, dict):
            self.problem("not_an_object", f"write an object {{...}}, not {_shown(value)}")
            return {}
        known = required + optional
        for key in value:
            if key not in known:
                self.at(str(key)).problem(
                    "unknown_key", f"is not known here; the keys are {', '.join(known)}"
                )
        for key in required:
            if key not in value:
                self.at(key).problem("missing", "is required; add it")
        return value

    def named(self, value: object) -> Mapping[str, object]:
        """An object whose keys are names chosen by the caller."""
        if not isinstance(value, dict):
            self.problem("not_an_object", f"write an object {{name: ...}}, not {_shown(value)}")
            return {}
        for name in value:
            if not isinstance(name, str) or not _is_name(name):
                self.problem(
                    "bad_name",
                    f"{_shown(name)} is not a name; write 1 to {LONGEST_NAME} printable characters",
                )
        return {name: inner for name, inner in value.items() if isinstance(name, str)}

    def items(self, value: object) -> list[object]:
        """A list."""
        if isinstance(value, list | tuple):
            return list(value)
        self.problem("not_a_list", f"write a list [...], not {_shown(value)}")
        return []

    def text(self, value: object) -> str:
        """A printable text that is not empty."""
        if isinstance(value, str) and _is_name(value):
            return value
        self.problem("not_a_text", f"write a name in quotes, not {_shown(value)}")
        return ""

    def day(self, value: object) -> date:
        """An ISO 8601 calendar date between 1900 and 2200."""
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            self.problem("bad_date", f"write a date as YYYY-MM-DD, not {_shown(value)}")
            return EARLIEST
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.problem("bad_date", f"{value} is not in the calendar; write a day that exists")
            return EARLIEST
        if not EARLIEST <= day <= LATEST:
            self.problem("bad_date", f"{value} is out of range; write {EARLIEST} to {LATEST}")
            return EARLIEST
        return day

    def whole(self, value: object, *, least: int = 0, most: int = LARGEST) -> int:
        """A whole number in bounds. A float is refused even when it is whole."""
        if isinstance(value, bool) or not isinstance(value, int):
            code = "float" if isinstance(value, float) else "not_a_number"
            self.problem(code, f"write a whole number without a point, not {_shown(value)}")
            return least
        if not least <= value <= most:
            self.problem("out_of_range", f"write a whole number from {least} to {most}")
            return least
        return value

    def money(self, value: object) -> int:
        """Integer minor units, zero or more."""
        if isinstance(value, float):
            self.problem(
                "float_money",
                f"money is whole minor units (500 yen is 500, 19.95 dollars is 1995), "
                f"not {_shown(value)}",
            )
            return 0
        return self.whole(value)

    def rate(self, value: object) -> Decimal:
        """A tax rate in percent, as text such as "10" or "7.7", or as a whole number."""
        if isinstance(value, str) and _RATE.fullmatch(value) and Decimal(value) <= 100:
            return Decimal(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
            return Decimal(value)
        self.problem(
            "bad_rate",
            f'write a percentage from 0 to 100 as text such as "10", not {_shown(value)}',
        )
        return Decimal(0)

    def flag(self, value: object) -> bool:
        """True or false."""
        if isinstance(value, bool):
            return value
        self.problem("not_a_flag", f"write true or false, not {_shown(value)}")
        return False

    def choice(self, value: object, choices: type[E], default: E) -> E:
        """One of the values of an enumeration."""
        if isinstance(value, str) and value in set(choices):
            return choices(value)
        self.problem("unknown_value", f"write one of {', '.join(choices)}, not {_shown(value)}")
        return default


def _is_name(text: str) -> bool:
    return 0 < len(text.strip()) <= LONGEST_NAME and not _UNSAFE.search(text)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) > LARGEST:
        return "a very large number"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
