"""What is made of kinds beyond blood pressure and sleep: one section each, one line each.

A kind without a section is a number that is stored and shown through the API, and nothing is
concluded from it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from reports.analysis import oximetry, weight


@dataclass(frozen=True, slots=True)
class Section:
    """`analyse(rows, *, start, end, zone, experimental)` makes facts of the kind's stored readings,
    or None without any; `to_json` says them in a summary, under the kind's name."""

    kind: str
    analyse: Callable[..., Any]
    to_json: Callable[[Any], Mapping[str, Any]]
    has_experimental: bool = False


SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        section.kind: section
        for section in (
            Section("weight", weight.analyse, weight.to_json),
            Section("oximetry", oximetry.analyse, oximetry.to_json, has_experimental=True),
        )
    }
)


def analyse(
    rows: Mapping[str, Iterable[Any]],
    *,
    start: date,
    end: date,
    timezone: str,
    experimental: Sequence[str] = (),
) -> dict[str, Any]:
    """Facts by kind, of those kinds that have any in `start` <= local date < `end`.

    `rows` are stored readings by kind, in the order of their time; `experimental` names the kinds
    whose experimental part is wanted.
    """
    zone = ZoneInfo(timezone)
    facts = {
        kind: section.analyse(
            rows.get(kind, ()), start=start, end=end, zone=zone, experimental=kind in experimental
        )
        for kind, section in SECTIONS.items()
    }
    return {kind: found for kind, found in facts.items() if found is not None}
