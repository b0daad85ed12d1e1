"""Any bytes, any JSON and good bodies bent: no decoder breaks, and each item has its answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.bending import ODD, bent_trees
from tests.fuzz.decoders import DECODERS
from tests.fuzz.seeds import SEEDS, TREES

# What a machine does beside this is no failure of a decoder.
CALM = settings(deadline=None)
TEXTS = [name for name in DECODERS if name in TREES or name == "ndjson"]
ANY_TREE = st.recursive(
    ODD | st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(sorted({"resourceType", "type", "entry", "resource", "code",
        "header", "body", "kind", "readings", "columns", "status", "component"}))
        | st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


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
@CALM
@given(data=st.data())
def test_any_bytes(name: str, data: st.DataObject) -> None:
    DECODERS[name](data.draw(st.binary(max_size=120)))


@pytest.mark.parametrize("name", DECODERS)
@CALM
@given(data=st.data())
def test_bytes_bent_in_a_good_body(name: str, data: st.DataObject) -> None:
    DECODERS[name](data.draw(bent_bytes(name)))


@pytest.mark.parametrize("name", TEXTS)
@CALM
@given(tree=ANY_TREE)
def test_any_json(name: str, tree: Any) -> None:
    DECODERS[name](json.dumps(tree).encode())


@pytest.mark.parametrize("name", TREES)
@CALM
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
