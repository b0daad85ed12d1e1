"""`export.xml` of Apple Health as a stream: elements that matter, with their line.

expat reads it without building a tree, so that gigabytes take the memory of one element. The
document type in front of the data is cut off unread: iOS has written broken ones, nothing in it is
needed, and one that declares entities (how a small file becomes a large one) refuses the file.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.parsers import expat  # nosec B407 # no entity is ever declared to it: see below

from devices.archives.found import Refused
from devices.archives.parts import Part

ROOT = b"<HealthData"
PIECE = 256 * 1024
LONGEST_PROLOG = 1024 * 1024
LONGEST_ELEMENT = 4 * 1024 * 1024
DEEPEST = 50


class Element(NamedTuple):
    """One that stands in the root, and those directly in it."""

    name: str
    line: int
    attributes: dict[str, str]
    inside: list[tuple[str, dict[str, str]]]


def claims(head: bytes) -> bool:
    """Whether a file that begins so is one of these: its root, or the type that names it."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and (
        ROOT in head or b"<!DOCTYPE HealthData" in head
    )


def elements(part: Part, wanted: frozenset[str]) -> Iterator[Element]:
    """The elements of those types in the root, each once it is closed; an element's type is its
    attribute `type`. Raises Refused with the line for a file that is damaged or not what it says.
    """
    found: list[Element] = []
    reader = _Reader(found, wanted)
    try:
        with part.opened() as stream:
            for piece in _after_prolog(stream.read, part.name):
                reader.feed(piece)
                yield from found
                found.clear()
            reader.end()
    except expat.ExpatError as error:
        raise Refused(
            f"{part.name}, line {error.lineno}: the XML is damaged"
            f" ({expat.ErrorString(error.code)}). What stands before it is taken in: export again"
            " and bring the whole file; what is stored already stays as it is."
        ) from error
    except _Odd as error:
        raise Refused(f"{part.name}, line {reader.line}: {error}") from error


class _Odd(ValueError):
    """Well-formed XML that no export of Health would be."""


class _Reader:
    def __init__(self, found: list[Element], wanted: frozenset[str]) -> None:
        self._found, self._wanted = found, wanted
        self._depth, self._fed, self._seen = 0, 0, 0
        self._open: Element | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._declared

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)
        self._fed += len(piece)
        if self._fed - self._seen > LONGEST_ELEMENT:
            raise _Odd(f"an element is longer than {LONGEST_ELEMENT:,} bytes: this is no export.")

    def end(self) -> None:
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._seen = self._fed
        self._depth += 1
        if self._depth == 2 and attributes.get("type") in self._wanted:
            self._open = Element(name, self._parser.CurrentLineNumber, attributes, [])
        elif self._depth == 3 and self._open is not None:
            if len(self._open.inside) >= 1_000:
                raise _Odd("an element holds more than 1,000 others: this is no export.")
            self._open.inside.append((name, attributes))
        elif self._depth > DEEPEST:
            raise _Odd("elements are nested too deeply: this is no export.")

    def _end(self, name: str) -> None:
        self._seen = self._fed
        if self._depth == 2 and self._open is not None:
            self._found.append(self._open)
            self._open = None
        self._depth -= 1

    def _declared(self, *_: object) -> None:
        raise _Odd("an entity is declared, which exports never do: it is not read.")


def _after_prolog(read: Callable[[int], bytes], name: str) -> Iterator[bytes]:
    """The file from its root on, after as many line ends as stood before it."""
    head = b""
    while (place := head.find(ROOT)) < 0:
        piece = read(PIECE)
        head += piece
        if not piece or len(head) > LONGEST_PROLOG:
            raise Refused(f"{name} is no export of Apple Health: there is no {ROOT.decode()}.")
    prolog = head[:place]
    if b"<!ENTITY" in prolog:
        line = prolog[: prolog.index(b"<!ENTITY")].count(b"\n") + 1
        raise Refused(
            f"{name}, line {line}: an entity is declared, which exports never do: it is not read."
        )
    yield b"\n" * prolog.count(b"\n") + head[place:]
    while piece := read(PIECE):
        yield piece
