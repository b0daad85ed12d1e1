"""What a reader finds in an archive: native items, and what could not be read, with its place."""

from typing import Any

from msgspec import Struct


class Refused(ValueError):
    """The file as a whole cannot be read; the message names the place and the cure."""


class Found(Struct, frozen=True, gc=False):
    """One reading of an archive, or a line of which nothing could be made.

    `item` is in the shape of docs/formats/readings.md. With a `problem` it is as far as it could be
    read: somebody corrects it and sends it again. `source` is the app, `label` what the file calls
    the device that measured (it may name a person: never stored), `model` the maker's name for it.
    """

    place: str
    source: str
    item: dict[str, Any]
    label: str = ""
    model: str = ""
    problem: str = ""
