"""How a file is laid out: its form as a whole, and its columns."""

from dataclasses import dataclass

from healthcare.subscribers.loading.columns import STANDARD, Column

STANDARD_NAME = "standard"


@dataclass(frozen=True, slots=True)
class Trailer:
    """The last record of a file, which says how many rows came before it.

    `mark` is its first cell; the count stands in its `count_in`th cell, the first being 1.
    """

    mark: str
    count_in: int = 2


@dataclass(frozen=True, slots=True)
class Form:
    """What has to be known before a file can be cut into records.

    `header_lines` is the number of lines down to the one that names the columns, that one
    included; 0 says that no line does, and `names` has them in their order. `ignored` columns are
    known and mean nothing. `encoding` is the one the layout declares; None: it says nothing.
    """

    delimiter: str = ","
    header_lines: int = 1
    names: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    trailer: Trailer | None = None
    encoding: str | None = None


PLAIN = Form()


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout as an import uses it. Its columns are all of the standard ones, in their order."""

    name: str
    columns: tuple[Column, ...]
    form: Form = PLAIN

    @property
    def sources(self) -> tuple[str, ...]:
        """The file's own names for the columns that are read, each once, in their order."""
        if self.form.names:
            return tuple(name for name in self.form.names if name not in self.form.ignored)
        found = (each for each in self.columns if each.constant is None and not each.absent)
        return tuple(dict.fromkeys(each.found_as for each in found))


STANDARD_LAYOUT = Layout(STANDARD_NAME, STANDARD)
