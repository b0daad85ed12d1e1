"""Our own items, one a line: what `import_readings --rejects` writes, and what a hospital that
knows docs/formats/readings.md may bring. Times may lack their offset here."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from devices.archives import clocks
from devices.archives.clocks import NoTime
from devices.archives.found import Found, Refused
from devices.archives.parts import Part
from devices.archives.values import NoNumber, number

SOURCE = "file"
LONGEST_LINE = 1_000_000
LONGEST_SHOWN = 2_000
NUMBERS = ("systolic", "diastolic", "pulse", "mean_arterial")
TIMES = ("measured_at", "started_at", "ended_at")
# What stands beside the reading in a line of a rejects file.
BESIDE = ("rejected", "archive", "label", "model", "text", "device")
SOURCES = ("omron-connect", "withings", "apple-health", SOURCE)


def claims(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    first, _, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    try:
        tree = msgspec.json.decode(first)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(tree, dict) and ("kind" in tree or "rejected" in tree)


def read(parts: Sequence[Part], zone: ZoneInfo, notes: Counter[str]) -> Iterator[Found]:
    """Its readings. `notes` counts what was passed over or assumed."""
    for part in parts:
        with part.opened() as stream:
            for place, line in _lines(stream, part.name):
                yield _found(f"{part.name} line {place}", line, zone, notes)


def rejected(found: Found, why: str) -> str:
    """A line that says what was wrong and can be corrected and read again by `read`."""
    beside = {"rejected": f"{found.place}: {why}", "archive": found.source}
    beside |= {"label": found.label} if found.label else {}
    beside |= {"model": found.model} if found.model else {}
    item = {
        name: _read_as_far(value) if name in NUMBERS else value
        for name, value in found.item.items()
        if value != ""
    }
    return json.dumps({**beside, **item}, ensure_ascii=False, default=str) + "\n"


def _read_as_far(value: object) -> object:
    """A cell that is a number as one: only what is wrong needs correcting."""
    if not isinstance(value, str):
        return value
    try:
        return number(value, "")
    except NoNumber:
        return value


def _lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    place = 0
    while line := stream.readline(LONGEST_LINE + 1):
        place += 1
        if len(line) > LONGEST_LINE:
            raise Refused(
                f"{name}, line {place} is longer than {LONGEST_LINE:,} bytes: write one item a"
                " line."
            )
        line = line.removeprefix(b"\xef\xbb\xbf").strip()
        if line:
            yield place, line


def _found(place: str, line: bytes, zone: ZoneInfo, notes: Counter[str]) -> Found:
    try:
        text = line.decode()
        tree = msgspec.json.decode(text)
        twice = _repeated(text)
    except UnicodeDecodeError as error:
        return _broken(place, line, f"not UTF-8 at byte {error.start} of the line.")
    except RecursionError:
        return _broken(place, line, "nested too deeply.")
    except (msgspec.MsgspecError, ValueError) as error:
        return _broken(place, line, f"not JSON: {str(error)[:200]}.")
    if not isinstance(tree, dict):
        return _broken(place, line, "an item is an object with a kind.")
    source = tree.get("archive", SOURCE)
    item = {key: value for key, value in tree.items() if key not in BESIDE}
    label = _text(tree.get("label") or tree.get("device"))
    model = _text(tree.get("model") if item.get("kind") != "ble" else "")
    if item.get("kind") == "ble" and "model" in tree:
        item["model"] = tree["model"]  # there it chooses the quirks
    if source not in SOURCES:
        problem = f"archive {str(source)[:40]!r} is none of {', '.join(SOURCES)}."
        return Found(place, SOURCE, item, label, model, problem)
    if twice:
        problem = f"{twice[:80]!r} is there twice: which one is meant?"
        return Found(place, source, item, label, model, problem)
    try:
        _complete(item, zone, notes)
    except NoTime as error:
        return Found(place, source, item, label, model, str(error))
    return Found(place, source, item, label, model)


def _complete(item: dict[str, Any], zone: ZoneInfo, notes: Counter[str]) -> None:
    """Give times without an offset that of the zone."""
    for name in TIMES:
        written = item.get(name)
        if isinstance(written, str):
            at = clocks.moment(written, zone)
            notes["in an hour that the clock showed twice"] += clocks.is_twice(at)
            item[name] = clocks.written(at)


def _broken(place: str, line: bytes, problem: str) -> Found:
    text = line[:LONGEST_SHOWN].decode("utf-8", "backslashreplace")
    return Found(place, SOURCE, {"text": text}, problem=problem)


def _text(value: object) -> str:
    return value[:200].replace("\x00", "") if isinstance(value, str) else ""


def _repeated(text: str) -> str:
    """A key that an object of the line holds twice, or the empty text."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found.append(key)
            seen.add(key)

    json.loads(text, object_pairs_hook=look)
    return found[0] if found else ""
