"""Any bytes, any JSON and good bodies bent: no decoder breaks, and each item has its answer."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.decoders import DECODERS
from tests.fuzz.seeds import SEEDS, TREES

ODD = st.sampled_from(
    [
        None, True, 0, -1, 7.5, 10**30, 1e308, -0.0, "", "x" * 300, "\0", [], {}, [[]],
        "2026-11-02",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-02T07:00:00",
        "2026-02-30T07:00:00Z", "kPa", "h", "yr", "mm[Hg]", "{}", "}{", "#", "Device/", "final",
    ]
)  # fmt: skip
TEXTS = [name for name in DECODERS if name in TREES or name == "ndjson"]
ANY_TREE = st.recursive(
    ODD | st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(sorted({"resourceType", "type", "entry", "resource", "code",
        "header", "body", "kind", "readings", "columns", "status", "component"}))
        | st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree, as what holds it and its key there."""
    found: list[tuple[Any, Any]] = []
    stack = [tree]
    while stack:
        node = stack.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        found += [(node, key) for key in keys]
        stack += [node[key] for key in keys if isinstance(node[key], dict | list)]
    return found


@st.composite
def bent_trees(draw: st.DrawFn, name: str) -> Any:
    """A good body with some places taken out, replaced, or put elsewhere."""
    tree = deepcopy(draw(st.sampled_from(TREES[name])))
    for _ in range(draw(st.integers(0, 4))):
        if not (at := places(tree)):
            break
        node, key = draw(st.sampled_from(at))
        how = draw(st.sampled_from(["out", "odd", "move", "twice"]))
        if how == "out":
            del node[key]
        elif how == "odd":
            node[key] = draw(ODD)
        elif how == "move":
            other, place = draw(st.sampled_from(at))
            node[key] = deepcopy(other[place]) if place in other or isinstance(other, list) else 1
        elif isinstance(node, list):
            node.append(deepcopy(node[key]))
    return tree


@st.composite
def bent_bytes(draw: st.DrawFn, name: str) -> bytes:
    """A good body with a few bytes cut out or put in."""
    data = draw(st.sampled_from(SEEDS[name]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 8)))
        data = data[:start] + draw(st.binary(max_size=6)) + data[end:]
    return data


@pytest.mark.parametrize("name", DECODERS)
def test_what_is_good_stays_good(name: str) -> None:
    for seed in SEEDS[name]:
        DECODERS[name](seed)


@pytest.mark.parametrize("name", DECODERS)
@given(data=st.data())
def test_any_bytes(name: str, data: st.DataObject) -> None:
    DECODERS[name](data.draw(st.binary(max_size=120)))


@pytest.mark.parametrize("name", DECODERS)
@given(data=st.data())
def test_bytes_bent_in_a_good_body(name: str, data: st.DataObject) -> None:
    DECODERS[name](data.draw(bent_bytes(name)))


@pytest.mark.parametrize("name", TEXTS)
@given(tree=ANY_TREE)
def test_any_json(name: str, tree: Any) -> None:
    DECODERS[name](json.dumps(tree).encode())


@pytest.mark.parametrize("name", TREES)
@given(data=st.data())
def test_good_bodies_bent(name: str, data: st.DataObject) -> None:
    DECODERS[name](json.dumps(data.draw(bent_trees(name))).encode())


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "deep": lambda good: good + b"[" * 50_000,
    "deep inside": lambda good: good.replace(b"128", b"[" * 50_000 + b"]" * 50_000, 1),
    "deep objects": lambda good: b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "900 digits": lambda good: good.replace(b"128", b"1" * 900, 1),
    "NaN": lambda good: good.replace(b"128", b"NaN", 1),
    "Infinity": lambda good: good.replace(b"128", b"-Infinity", 1),
    "NUL": lambda good: good.replace(b"A-1", b"\0", 1).replace(b"1841", b"\\u0000"),
    "lone surrogate": lambda good: good.replace(b"A-1", b"\\ud800", 1),
    "bad UTF-8": lambda good: good.replace(b"A-1", b"\xc3\x28", 1),
    "cut off": lambda good: good[:-7],
    "byte order mark": lambda good: b"\xef\xbb\xbf" + good,
    "UTF-16": lambda good: good.decode().encode("utf-16"),
}


@pytest.mark.parametrize("how", HOSTILE)
@pytest.mark.parametrize("name", TEXTS)
def test_hostile_bodies(name: str, how: str) -> None:
    for seed in SEEDS[name]:
        DECODERS[name](HOSTILE[how](seed))
