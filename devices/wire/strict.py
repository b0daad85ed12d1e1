"""JSON of envelopes, read strictly: what has no one meaning is refused, by its place where it can.

The native reader is fast; this one is for formats whose items are large and whose bodies are few.
"""

import json
import re
from typing import Any, NoReturn

import msgspec

from devices.kinds.reading import Malformed
from devices.wire.batch import Unreadable, refuse_too_many_values

# Far deeper than a resource goes; far less deep than any decoder that reads it again.
DEEPEST = 64
LONGEST_NUMBER = 40
# As a tree one item takes ten times its bytes.
LARGEST = 1024 * 1024
LONGEST_WORD = 80

KEY = re.compile(rb'"\s*:')

Tree = Any


def text_of(body: bytes, *, empty: str) -> str:
    """The body as text. Raises Unreadable for an empty one, for what is not UTF-8, and (TooMany)
    for more values than there is memory for."""
    refuse_too_many_values(body)
    if not body.strip():
        raise Unreadable(f"The body is empty: send {empty}.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"The body is not UTF-8 at byte {error.start}.") from None


def split(body: bytes, shape: Any) -> Any:
    """The outside of a body, `msgspec.Raw` where its items are. Raises Unreadable."""
    try:
        found = msgspec.json.decode(body, type=shape)
    except RecursionError:
        raise Unreadable("The body is nested too deeply.") from None
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        raise Unreadable(f"The body cannot be read: {text}.", place.rstrip("`")) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(f"The body cannot be read: {error}.") from None
    return found


def refuse_repeated_outside(body: bytes) -> None:
    """Raises Unreadable when a key of the outermost object is there twice.

    By counting: every key is a text before a colon, and of a key that is there twice only the
    last value is seen.
    """
    seen: dict[str, msgspec.Raw] = split(body, dict[str, msgspec.Raw])
    inside = sum(_keys_written(bytes(raw)) for raw in seen.values())
    if _keys_written(body) > inside + len(seen):
        raise Unreadable("A key of the body is there twice: which one is meant?")


def _keys_written(text: bytes) -> int:
    return sum(1 for _ in KEY.finditer(text))


def load(raw: bytes) -> Tree:
    """One item. Raises Malformed for what JSON allows and nobody can mean, and for no JSON."""
    if len(raw) > LARGEST:
        raise Malformed("", f"one item of {len(raw)} bytes: send at most {LARGEST} in each.")
    try:
        tree = json.loads(
            raw,
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_decimal,
            parse_constant=_constant,
        )
    except RecursionError:
        raise Malformed("", "nested too deeply.") from None
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed("", f"not JSON: {error}.") from None
    _check_depth(tree)
    if b"\\u" in raw:
        _check_characters(tree)
    return tree


def told(error: Malformed) -> Malformed:
    """The same words without the traceback. An entry that holds an error keeps the frames that it
    passed through, and with them the whole body; where one of these holds the entry, for ever."""
    return Malformed(error.field, str(error))


def _object(pairs: list[tuple[str, Tree]]) -> dict[str, Tree]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(_printable(twice), "is there twice: which one is meant?")
    return found


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise Malformed("", f"a number of {len(digits)} digits is no measured value.")
    return int(digits)


def _decimal(digits: str) -> float:
    value = float(digits)
    if len(digits) > LONGEST_NUMBER or value in (float("inf"), float("-inf")):
        raise Malformed("", f"{digits[:LONGEST_NUMBER]} is no measured value.")
    return value


def _constant(name: str) -> NoReturn:
    raise Malformed("", f"{name} is not JSON.")


def _check_depth(tree: Tree) -> None:
    # Level by level: recursion is what this guards against.
    level = [tree]
    for _ in range(DEEPEST):
        level = [
            inner
            for node in level
            if isinstance(node, dict | list)
            for inner in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise Malformed("", f"nested more than {DEEPEST} deep.")


def _check_characters(tree: Tree) -> None:
    """Half of a surrogate pair is a character to JSON's grammar, but to no text."""
    try:
        json.dumps(tree, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("", "half of a character (a lone surrogate): send whole ones.") from None


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()[:LONGEST_WORD]
