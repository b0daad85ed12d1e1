"""The one error of pricing: every problem with its place and its cure."""

from collections.abc import Sequence
from typing import TypedDict


class Problem(TypedDict):
    """One fault of an input, in the shape of an API error item."""

    index: int | None
    """Position in the list that holds it (`events`, `usage`); None when it is in no list."""
    field: str
    """Where it is, such as ``events[1].package``."""
    code: str
    detail: str
    """What is wrong and what to write instead."""


class HistoryError(ValueError):
    """A history that cannot be priced; `errors` names every place and its cure."""

    def __init__(self, errors: Sequence[Problem]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{e['field']}: {e['detail']}" for e in self.errors))

    @classmethod
    def at(cls, field: str, code: str, detail: str, *, index: int | None = None) -> "HistoryError":
        """An error with a single problem."""
        return cls([Problem(index=index, field=field, code=code, detail=detail)])
