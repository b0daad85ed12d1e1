"""JSON that nobody can mean is refused, at the place where it can be."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.kinds.reading import Malformed
from devices.wire import strict
from devices.wire.batch import MAX_VALUES, TooMany, Unreadable
from devices.wire.fhir import reader as fhir
from devices.wire.openmhealth import reader as openmhealth

TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"nothing", "not JSON"),
        (b"[1] 2", "not JSON"),
        (b"NaN", "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": {"b": 1, "b": 1}}', "twice"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "twice"),
        (b"1" * 900, "900 digits"),
        (b"1" * 5_000, "5000 digits"),
        (b"0." + b"1" * 900, "no measured value"),
        (b"-1e400", "no measured value"),
        (b'"\\ud800"', "lone surrogate"),
        (b'{"\\udc00": 1}', "lone surrogate"),
        (b"[" * 65 + b"]" * 65, "64 deep"),
        (b"[" * 50_000 + b"]" * 50_000, "too deeply"),
        (b"[" + b"[]," * 400_000 + b"1]", "bytes: send at most"),
    ],
)
def test_what_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(Malformed) as wrong:
        strict.load(raw)
    assert words in str(wrong.value)
    wrong.value.field.encode()  # fit to be answered


@pytest.mark.parametrize(
    ("body", "repeated"),
    [
        (b'{"a": 1, "a": 2}', True),
        (b'{"a" : {"b": 1, "b": 2}, "c":[{"a":1}], "a"\n: 2}', True),
        (b'{"a": {"a": {"a": 1}}, "b": "\\":", "c": []}', False),
        (b"{}", False),
    ],
)
def test_a_key_of_the_outside_that_is_there_twice(body: bytes, repeated: bool) -> None:
    if repeated:
        with pytest.raises(Unreadable, match="twice"):
            strict.refuse_repeated_outside(body)
    else:
        strict.refuse_repeated_outside(body)


def test_the_key_that_is_there_twice_is_named() -> None:
    with pytest.raises(Malformed) as wrong:
        strict.load(b'{"a": 1, "b": {"c": 1, "d": 2, "d": 3}}')
    assert wrong.value.field == "d"


@settings(deadline=None)
@given(TREES, st.booleans())
def test_what_is_json_is_read_as_it_is(tree: Any, ascii_: bool) -> None:
    raw = json.dumps(tree, ensure_ascii=ascii_)
    try:
        raw.encode()
    except UnicodeEncodeError:
        return
    assert strict.load(raw.encode()) == tree


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (fhir.read, b'{"resourceType":"Bundle","type":"batch","entry":[%s{}]}'),
        (fhir.read, b'{"resourceType":"Observation","component":[%s{}]}'),
        (openmhealth.read, b"[%s{}]"),
        (openmhealth.read, b'{"header":{},"body":[%s{}]}'),
    ],
    ids=["bundle", "observation", "points", "point"],
)
def test_more_values_than_memory_is_for_are_refused_before_they_are_read(
    read: Callable[[bytes], Any], body: bytes
) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TooMany, match="2000000 at a time"):
            read(body % (b"{}," * MAX_VALUES))
        assert tracemalloc.get_traced_memory()[1] < 4 * len(body % (b"{}," * MAX_VALUES))
    finally:
        tracemalloc.stop()
