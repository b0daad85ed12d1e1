"""How a kind's readings lie in the database: the only thing a kind says about SQL."""

from dataclasses import dataclass

KEY = 4


@dataclass(frozen=True, slots=True)
class Table:
    """A partitioned table of readings.

    `columns` are (name, type) in the order of `Reading.row`; the first four are the key: person,
    time, device, the device's own id. `values` are the columns that tell a repeat (the same
    values) from a conflict (other values). `optional` are the columns that may be NULL, `end` is
    the column of the last moment a reading speaks of, where that is not its time.
    """

    name: str
    time: str
    columns: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    optional: tuple[str, ...] = ()
    end: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(type_ for _, type_ in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        return self.names[:KEY]

    @property
    def until(self) -> str:
        """The column of the last moment a reading speaks of."""
        return self.end or self.time

    @property
    def value_places(self) -> tuple[int, ...]:
        """Where the compared values stand in a row."""
        return tuple(self.names.index(name) for name in self.values)
