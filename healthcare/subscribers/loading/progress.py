"""How far an import is, for whoever shows it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`rows` and `bytes` read so far, of a file of `size` bytes; all read once the merge runs."""

    rows: int
    bytes: int
    size: int


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Nobody is watching."""
