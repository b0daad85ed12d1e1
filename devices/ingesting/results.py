"""What ingest answers for each item."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

Status = Literal["accepted", "duplicate", "conflict", "quarantined", "rejected"]
STATUSES: tuple[Status, ...] = ("accepted", "duplicate", "conflict", "quarantined", "rejected")
Advice = Literal["measure_again", "call_for_help"]


class Result(Struct, gc=False):
    """What became of one item. `id` is the device's own, `detail` a sentence with the cure."""

    index: int
    status: Status
    id: str | None = None
    code: str | None = None
    detail: str | None = None
    advice: Advice | UnsetType = UNSET


def counts(results: Iterable[Result]) -> dict[str, int]:
    """How many of each status; they add up to the items."""
    found = Counter(result.status for result in results)
    return {status: found[status] for status in STATUSES}
