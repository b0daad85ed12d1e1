"""Reads the cells of one record by name, each error with its line and field."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from healthcare.kernel.money import MoneyError, parse, to_text
from packages.operators.records import FileError
from packages.pricing.documents import TaxTotal
from packages.pricing.tax import rate_text

E = TypeVar("E", bound=StrEnum)

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RATE: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4})?")
_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


class Fields:
    """One record: its mark is checked, its cells are named by the layout."""

    def __init__(self, line: int, cells: Sequence[str], mark: str, names: Sequence[str]) -> None:
        self.line = line
        if list(cells[:1]) != [mark]:
            begins = cells[0] if cells else "nothing"
            raise FileError(f"must begin with {mark}, not {begins!r}", line=line)
        if len(cells) != len(names) + 1:
            raise FileError(
                f"has {len(cells)} cells, must have {len(names) + 1}: {mark}, {', '.join(names)}",
                line=line,
            )
        self._cells = dict(zip(names, cells[1:], strict=True))

    def wrong(self, field: str, detail: str) -> FileError:
        """An error in one field of this record."""
        return FileError(detail, line=self.line, field=field)

    def text(self, field: str) -> str:
        """The cell as it stands."""
        return self._cells[field]

    def number(self, field: str) -> int:
        """A whole number without a sign."""
        text = self._cells[field]
        if not _NUMBER.fullmatch(text):
            raise self.wrong(field, f"{text!r} is not a whole number; write digits only")
        return int(text)

    def date(self, field: str) -> date:
        """An ISO 8601 calendar date."""
        text = self._cells[field]
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise self.wrong(field, f"{text!r} is not a date; write YYYY-MM-DD")

    def month(self, field: str) -> str | None:
        """A month as YYYY-MM, or None when the cell is empty."""
        text = self._cells[field]
        if text and not _MONTH.fullmatch(text):
            raise self.wrong(field, f"{text!r} is not a month; write YYYY-MM")
        return text or None

    def money(self, field: str, currency: str) -> int:
        """Minor units from a decimal in major units."""
        return self._money(field, self._cells[field], currency)

    def choice(self, field: str, choices: type[E]) -> E:
        """One of the words of an enumeration."""
        text = self._cells[field]
        if text not in set(choices):
            raise self.wrong(field, f"{text!r} is not one of {', '.join(choices)}")
        return choices(text)

    def taxes(self, field: str, currency: str) -> tuple[TaxTotal, ...]:
        """``rate:net:tax`` for each rate, joined by ``;``; empty for none."""
        text = self._cells[field]
        totals = []
        for part in text.split(";") if text else ():
            pieces = part.split(":")
            if len(pieces) != 3 or not _RATE.fullmatch(pieces[0]):
                raise self.wrong(field, f"{part!r} is not rate:net:tax, such as 10:500:50")
            net, tax = (self._money(field, piece, currency) for piece in pieces[1:])
            totals.append(TaxTotal(Decimal(pieces[0]), net, tax))
        return tuple(totals)

    def _money(self, field: str, text: str, currency: str) -> int:
        try:
            return parse(text, currency)
        except MoneyError as error:
            raise self.wrong(field, str(error)) from None


def taxes_text(taxes: Sequence[TaxTotal], currency: str) -> str:
    """The inverse of `Fields.taxes`."""
    return ";".join(
        f"{rate_text(total.rate)}:{to_text(total.net, currency)}:{to_text(total.tax, currency)}"
        for total in taxes
    )
