"""What the house knows of a kind of device. Each kind's folder says it once, in its `kind.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from devices.kinds.fhir import Codes
from devices.kinds.openmhealth import Schema
from devices.kinds.pieces import Piece
from devices.kinds.reading import Reading, Row
from devices.kinds.simulated import Day, Made
from devices.kinds.table import Table


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind's native item, what reads it, where its readings lie, and what is shown of them.

    `label` is the kind in English, to be translated where it is shown; `mark` a few letters for
    serials of simulated devices. `stored` makes what queries answer of a row in the order of the
    table's columns, `answer` the JSON of the API, which the msgspec type `shape` describes.
    `simulate` draws a day of such a device. `fhir` and `openmhealth`: how it is said there;
    `assemble` makes a reading of what they said. `usual`: everybody in a simulated fleet has one.
    `largest_page`: so many the API answers at once.
    """

    name: str
    item: type
    reading: Callable[[Any], Reading]
    table: Table
    label: str
    mark: str
    stored: Callable[[Row], Any]
    shape: type
    answer: Callable[[Any], Mapping[str, Any]]
    simulate: Callable[[Day], list[Made]]
    assemble: Callable[[Piece], Reading] | None = None
    fhir: Codes | None = None
    openmhealth: tuple[Schema, ...] = ()
    usual: bool = False
    largest_page: int = 500


def gettext_noop(text: str) -> str:
    """Marks a text for the catalogue of translations; the text itself, as it is."""
    return text
