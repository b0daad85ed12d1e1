"""Keys that are in a JSON object twice: which one is meant, nobody knows.

A body is decoded twice as fast as it is checked for repeated keys, so the check is a count: every
key of a JSON document is a string before a colon. When the counts differ, and only then, the slow
and exact reader looks.
"""

import json
import re
from typing import Any, NoReturn

from devices.kinds.reading import Malformed

Tree = Any
LONGEST_KEY = 300
# An escaped quote inside a string may look like one more key, never like one less.
KEY = re.compile(rb'"\s*:')
SPACES = (b" ", b"\t", b"\n", b"\r")
SPACED = tuple(space + b":" for space in SPACES)


def keys_written(body: bytes) -> int:
    """The keys of the text: every key of JSON is a string before a colon."""
    # Most encoders write no space before the colon, many none at all; counting bytes is 50 times
    # faster then, and looking for one byte faster than for two.
    if any(space in body for space in SPACES) and any(spaced in body for spaced in SPACED):
        return len(KEY.findall(body))
    return body.count(b'":')


def may_repeat(tree: Tree, body: bytes) -> bool:
    """Whether the body may hold a key twice; wrong only in saying yes."""
    written = keys_written(body)
    items = tree.get("readings") if isinstance(tree, dict) else None
    if isinstance(items, list) and all(type(item) is dict for item in items):
        # Most often this is all there is: a list of flat items.
        flat: int = len(tree) + sum(len(item) for item in items)
        return written != flat and written != _count_keys(tree)
    if isinstance(tree, dict) and written == len(tree):
        # As many keys as the outermost object has: there are none below.
        return False
    return written != _count_keys(tree)


def _count_keys(tree: Tree) -> int:
    # An explicit stack: the decoder's bound on depth is larger than Python's.
    count, stack = 0, [tree]
    while stack:
        node = stack.pop()
        values = node.values() if isinstance(node, dict) else node
        count += len(node) if isinstance(node, dict) else 0
        stack.extend(value for value in values if isinstance(value, dict | list))
    return count


def unless_repeated(tree: Tree, body: bytes) -> Tree:
    """The tree, or Malformed where a key is in it twice."""
    if not isinstance(tree, dict) or not may_repeat(tree, body):
        return tree
    try:
        json.loads(body, object_pairs_hook=_refuse_repeated)
    except Malformed as error:
        return error
    except RecursionError:
        return Malformed("", "nested too deeply.")
    return tree


def _refuse_repeated(pairs: list[tuple[str, Tree]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            _refuse(key)
        seen.add(key)


def _refuse(key: str) -> NoReturn:
    raise Malformed(key[:LONGEST_KEY], "is there twice: which one is meant?")
