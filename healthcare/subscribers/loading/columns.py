"""The `standard` layout: its columns, how each is read, and where each is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from healthcare.subscribers.loading import cells
from healthcare.subscribers.loading.cells import BadCell, Setting

MOST_REMEMBERED = 1 << 16

SqlType = Literal["text", "date", "smallint", "bigint"]
Place = Literal["key", "line", "patient", "contract"]
CellReader = Callable[[str, Setting], str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how its cells are read, and which table keeps them.

    An operator's mapping says in `source` what its file calls the column, or in `constant` what
    every row has in it; a column that it does not bring is `absent`.
    """

    name: str
    read: CellReader
    place: Place
    sql_type: SqlType = "text"
    required: bool = False
    source: str = ""
    constant: str | None = None
    absent: bool = False

    @property
    def found_as(self) -> str:
        """What the file calls it."""
        return self.source or self.name


STANDARD = (
    Column("operator_subscriber_id", cells.text, "key", required=True),
    Column("activated_on", cells.past_date, "key", "date", required=True),
    Column("msisdn", cells.phone_number, "line", required=True),
    Column("family_name", cells.text, "patient"),
    Column("given_name", cells.text, "patient"),
    Column("family_name_kana", cells.text, "patient"),
    Column("given_name_kana", cells.text, "patient"),
    Column("birth_date", cells.past_date, "patient", "date"),
    Column("sex", cells.sex, "patient"),
    Column("postcode", cells.postcode, "patient"),
    Column("prefecture", cells.text, "patient"),
    Column("email", cells.email, "patient"),
    Column("language", cells.language, "patient"),
    Column("holder_subscriber_id", cells.text, "contract"),
    Column("tariff", cells.text, "contract"),
    Column("package", cells.text, "contract"),
    Column("entitlement_from", cells.iso_date, "contract", "date"),
    Column("billing_from", cells.iso_date, "contract", "date"),
    Column("trial_days_left", cells.days, "contract", "smallint"),
    Column("price_override", cells.minor_units, "contract", "bigint"),
    Column("cancel_on", cells.iso_date, "contract", "date"),
)
NAMES = tuple(column.name for column in STANDARD)
REQUIRED = tuple(column.name for column in STANDARD if column.required)
# Columns that the rejects file adds. A corrected rejects file is sent as it is, so they are known
# and mean nothing.
ADDED_BY_REJECTS = ("line", "outcome", "field", "code", "text")


class ColumnReader:
    """Reads one column of one import, and each different cell only once.

    Dates, names and tariffs come again and again, so most cells cost a look-up.
    """

    def __init__(self, column: Column, setting: Setting) -> None:
        self.column = column
        self.wrong: dict[str, BadCell] = {}
        self._setting = setting
        self._normal: dict[str, str] = {}

    def read(self, cells: Sequence[str]) -> list[str]:
        """The normal forms; a cell that has none is empty here and stands in `wrong`."""
        normal = self._normal
        if len(normal) > MOST_REMEMBERED:
            normal.clear()
            self.wrong.clear()
        for cell in set(cells).difference(normal):
            normal[cell] = self._read_one(cell)
        return list(map(normal.__getitem__, cells))

    def _read_one(self, cell: str) -> str:
        try:
            value = self.column.read(cell, self._setting)
        except BadCell as error:
            self.wrong[cell] = error
            return ""
        if not value and self.column.required:
            self.wrong[cell] = BadCell("missing", "Is required and empty: fill it in.")
        return value
