"""The product's own formats: JSON (one item, a list, columns) and NDJSON.

Three readers stand behind each other: of plain bodies, into columns; of lists that decode as a
whole; and the slow and exact one, item by item, when something in the body is out of order.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from itertools import islice
from typing import Any, NoReturn

import msgspec

from devices.kinds.blood_pressure.columns import Columns
from devices.kinds.known import KINDS
from devices.kinds.reading import Malformed, OfTheDevice, Reading
from devices.wire import plain
from devices.wire.batch import (
    MAX_ITEMS,
    Batch,
    Entry,
    ReadLater,
    TooMany,
    Undecodable,
    Unreadable,
    refuse_too_many_values,
)
from devices.wire.bluetooth_item import BleItem
from devices.wire.bluetooth_item import reading as ble_reading
from devices.wire.repeated import keys_written, may_repeat, unless_repeated
from devices.wire.words import explain

JSON = "application/json"
NDJSON = "application/x-ndjson"

LONGEST_DETAIL = 300
# A body this short holds too few items to be worth a look at them as columns.
SMALLEST_PLAIN = 4096
# What is longer could hold more numbers than is good even as columns.
LARGEST_PLAIN = 4 * 1024 * 1024

Tree = Any
ITEMS: dict[str, tuple[type, Callable[[Any], Reading | Undecodable]]] = {
    **{name: (kind.item, kind.reading) for name, kind in KINDS.items()},
    "ble": (BleItem, ble_reading),
}


def read(body: bytes, media_type: str) -> Batch:
    """The items of a body. A broken item is an entry that says so; a broken body raises
    Unreadable."""
    if not body.strip():
        raise Unreadable('The body is empty: send an item, or {"readings": [...]}.')
    if media_type == NDJSON:
        # Not all at once: that makes as many objects as a hostile body has line ends.
        if sum(1 for _ in islice(_lines_in(body), MAX_ITEMS + 1)) > MAX_ITEMS:
            raise TooMany(sum(1 for _ in _lines_in(body)))
        return read_lines(body)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"The body is not UTF-8 at byte {error.start}.") from None
    return _read_plain(body) or _read_json(body)


def read_lines(block: bytes) -> Batch:
    """The items of some whole lines of NDJSON, however many; none of an empty block."""
    return _read_plain_lines(block) or _read_lines(block)


def read_item(tree: Tree) -> Entry:
    """One decoded item as an entry."""
    if isinstance(tree, Malformed):
        return Entry(says=tree)
    if not isinstance(tree, dict):
        return Entry(says=Malformed("", "an item is an object with a kind."))
    kind = tree.get("kind")
    if not isinstance(kind, str) or kind not in ITEMS:
        return Entry(says=Malformed("kind", f"is none of {', '.join(ITEMS)}."))
    shape, reading = ITEMS[kind]
    try:
        item: Any = msgspec.convert(tree, shape)
    except msgspec.ValidationError as error:
        return Entry(says=Malformed(*explain(error, shape)))
    id_ = None if item.id is None else str(item.id)
    try:
        return Entry(reading(item), item.device, id_, _of_the_device(item))
    except Malformed as error:
        return Entry(error, item.device, id_)


def _of_the_device(item: OfTheDevice) -> OfTheDevice | None:
    if item.battery is None and item.firmware is None and item.sent_at is None:
        return None
    return item


def _refuse_too_many(count: int) -> None:
    if count > MAX_ITEMS:
        raise TooMany(count)


def _read_json(body: bytes) -> Batch:
    refuse_too_many_values(body)
    try:
        tree = msgspec.json.decode(body)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return _read_list_slowly(body, error)
    if not isinstance(tree, dict):
        raise Unreadable('The body is neither an item nor {"readings": [...]}.')
    if "readings" not in tree and "columns" not in tree:
        return _batch([unless_repeated(tree, body)], lambda _: body.decode(), bare=True)
    if "columns" in tree:
        return _read_columns(unless_repeated(tree, body))
    if may_repeat(tree, body):
        return _read_list_slowly(body, None)
    items = tree["readings"]
    if not isinstance(items, list):
        raise Unreadable("readings is not a list of items.", "readings")
    _refuse_too_many(len(items))
    return _batch(items, _texts_of(body))


def _read_lines(body: bytes) -> Batch:
    refuse_too_many_values(body)
    lines = list(_lines_in(body))
    return _batch(
        [_read_line(line) for line in lines],
        lambda i: lines[i].decode("utf-8", "backslashreplace").strip(),
    )


def _lines_in(body: bytes) -> Iterator[bytes]:
    return (line for line in BytesIO(body) if not line.isspace())


def _read_line(line: bytes) -> Tree:
    try:
        line.decode("utf-8")
        tree = msgspec.json.decode(line)
    except UnicodeDecodeError as error:
        return Malformed("", f"not UTF-8 at byte {error.start} of the line.")
    except RecursionError:
        return Malformed("", "nested too deeply.")
    except msgspec.MsgspecError as error:
        return Malformed("", f"not JSON: {error}."[:LONGEST_DETAIL])
    return unless_repeated(tree, line)


def _read_columns(tree: Mapping[str, Tree] | Malformed) -> Batch:
    if isinstance(tree, Malformed):
        raise Unreadable(str(tree), tree.field)
    columns = tree["columns"]
    _check_columns(columns)
    kind = tree.get("kind")
    items = [
        {"kind": kind, **{name: v for name, v in zip(columns, row, strict=True) if v is not None}}
        for row in zip(*columns.values(), strict=True)
    ]
    return _batch(items, lambda i: msgspec.json.encode(items[i]).decode())


def _check_columns(columns: Tree) -> None:
    if not isinstance(columns, dict) or not columns:
        raise Unreadable("columns is not an object of lists.", "columns")
    lengths: dict[str, int] = {}
    for name, values in columns.items():
        if not isinstance(values, list):
            raise Unreadable("is not a list.", f"columns.{name}")
        lengths[name] = len(values)
    longest = max(lengths, key=lambda name: lengths[name])
    for name, length in lengths.items():
        if length != lengths[longest]:
            raise Unreadable(
                f"has {length} values where {longest} has {lengths[longest]}: send null for what"
                " is absent.",
                f"columns.{name}",
            )
    if lengths[longest] > MAX_ITEMS:
        raise TooMany(lengths[longest])


def _batch(items: Sequence[Tree], text: Callable[[int], str], *, bare: bool = False) -> Batch:
    return Batch([read_item(item) for item in items], text, bare)


# --- bodies of plain items ---------------------------------------------------------------


def _read_plain(body: bytes) -> Batch | None:
    if len(body) < SMALLEST_PLAIN:
        return None
    if len(body) > LARGEST_PLAIN:
        refuse_too_many_values(body)
    columns, texts = plain.read_list(body), _texts_of
    if columns is None:
        columns, texts = plain.read_columns(body), _texts_of_columns
    if columns is None:
        return None
    _refuse_too_many(len(columns))
    return _plain(columns, texts(body))


def _read_plain_lines(body: bytes) -> Batch | None:
    columns = plain.read_lines(body) if len(body) >= SMALLEST_PLAIN else None
    if columns is None:
        return None

    @cache
    def lines() -> list[bytes]:
        return body.split(b"\n")

    return _plain(columns, lambda i: lines()[i].decode().strip())


def _plain(columns: Columns, text: Callable[[int], str]) -> Batch:
    later = ReadLater(len(columns), lambda i: read_item(_read_line(text(i).encode())))
    return Batch(later, text, columns=columns)


def _texts_of_columns(body: bytes) -> Callable[[int], str]:
    @cache
    def columns() -> dict[str, list[Tree]]:
        found: dict[str, list[Tree]] = msgspec.json.decode(body)["columns"]
        return found

    def text(place: int) -> str:
        row = {name: values[place] for name, values in columns().items()}
        item = {name: value for name, value in row.items() if value is not None}
        return msgspec.json.encode({"kind": "blood_pressure", **item}).decode()

    return text


# --- the slow and exact reader -----------------------------------------------------------


class _List(msgspec.Struct):
    readings: list[msgspec.Raw]


def _read_list_slowly(body: bytes, why: Exception | None) -> Batch:
    """Item by item, so that a number too large or a repeated key spoils its own item only."""
    _refuse_repeated_outside(body)
    try:
        raws = [bytes(raw) for raw in msgspec.json.decode(body, type=_List).readings]
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raws = _split_by_standard_library(body, why or error)
    _refuse_too_many(len(raws))
    return _batch([_read_line(raw) for raw in raws], lambda i: raws[i].decode())


def _split_by_standard_library(body: bytes, why: Exception) -> list[bytes]:
    """Half of a surrogate pair is a character to JSON's grammar, but to no text: msgspec stops at
    the whole body, so that the item which holds it has to be found another way."""
    try:
        tree = json.loads(body, object_pairs_hook=_marking_repeated, parse_constant=_refuse_number)
        items = tree.get("readings") if isinstance(tree, dict) else None
        if isinstance(items, list):
            return [json.dumps(item).encode() for item in items]
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        pass  # not JSON for either reader: the first one's words are the better ones
    raise Unreadable(f"The body cannot be read: {why}."[:LONGEST_DETAIL])


def _marking_repeated(pairs: list[tuple[str, Tree]]) -> dict[str, Tree]:
    """An object with a key twice has no one meaning: it becomes one without a kind."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else {}


def _refuse_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _too_deep() -> Unreadable:
    return Unreadable("The body is nested too deeply.")


def _refuse_repeated_outside(body: bytes) -> None:
    """A list of items that is there twice has no one meaning."""
    try:
        outside = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (RecursionError, msgspec.MsgspecError, UnicodeDecodeError):
        return
    inside = sum(keys_written(bytes(raw)) for raw in outside.values())
    if keys_written(body) > inside + len(outside):
        raise Unreadable("A key of the body is there twice.")


def _texts_of(body: bytes) -> Callable[[int], str]:
    @cache
    def raws() -> list[msgspec.Raw]:
        return msgspec.json.decode(body, type=_List).readings

    return lambda i: bytes(raws()[i]).decode()
