"""Which format an archive is in: known from its content, and never guessed between two."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from devices.archives import apple, lines, omron, withings
from devices.archives.found import Found, Refused
from devices.archives.parts import Part, parts_of


@dataclass(frozen=True, slots=True)
class Format:
    """How to know a format by the first bytes of a file, and what reads it."""

    name: str
    words: str
    claims: Callable[[bytes], bool]
    read: Callable[[Sequence[Part], ZoneInfo, Counter[str]], Iterator[Found]]


FORMATS = MappingProxyType(
    {
        format_.name: format_
        for format_ in (
            Format("omron", "CSV of OMRON connect", omron.claims, omron.read),
            Format("withings", "archive of Withings", withings.claims, withings.read),
            Format("apple_health", "export of Apple Health", apple.claims, apple.read),
            Format("native", "our own items, one a line", lines.claims, lines.read),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Archive:
    """A file whose format is known."""

    format: Format
    parts: tuple[Part, ...]
    unread: int

    def readings(self, zone: ZoneInfo, notes: Counter[str]) -> Iterator[Found]:
        """What it holds. Times without an offset are of that zone; `notes` counts what was passed
        over or assumed. Raises Refused at damage that puts the file in doubt."""
        if self.unread:
            notes["files of the archive that are not read"] += self.unread
        return self.format.read(self.parts, zone, notes)


def opened(path: Path, *, format: str | None = None) -> Archive:
    """Look at an archive. `format` decides where it might be read in two ways.

    Raises Refused when nothing in it is known, or it might be several formats.
    """
    parts = parts_of(path)
    claimed: dict[str, list[Part]] = {name: [] for name in FORMATS}
    for part in parts:
        head = part.head()
        for name, known in FORMATS.items():
            if known.claims(head):
                claimed[name].append(part)
    if format is not None:
        # Who names the format of a single file means this file; its reader says what is wrong.
        return _archive(format, claimed[format] or parts[:1] * (len(parts) == 1), len(parts))
    found = [name for name, those in claimed.items() if those]
    if len(found) > 1:
        raise Refused(
            f"{path.name} might be {' or '.join(found)}: say which, with --format, or bring the"
            " files one by one."
        )
    if not found:
        raise Refused(f"{path.name} is in no format that is known. {_KNOWN}")
    return _archive(found[0], claimed[found[0]], len(parts))


def _archive(name: str, parts: Sequence[Part], among: int) -> Archive:
    if not parts:
        raise Refused(f"Nothing in the archive is {FORMATS[name].words}. {_KNOWN}")
    return Archive(FORMATS[name], tuple(parts), among - len(parts))


_KNOWN = "Known are: " + "; ".join(f"{f.words} ({f.name})" for f in FORMATS.values()) + "."
