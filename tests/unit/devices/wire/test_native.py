"""Bodies to entries, without a database."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.kinds.reading import Malformed
from devices.wire import native
from devices.wire.batch import MAX_VALUES, TooMany, Unreadable
from devices.wire.native import JSON, NDJSON

GOOD = {"kind": "blood_pressure", "measured_at": "2026-11-02T07:00:00+09:00", "systolic": 128,
        "diastolic": 82}  # fmt: skip
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def field_of(says: Any) -> str:
    assert isinstance(says, Malformed)
    return says.field


@pytest.mark.parametrize("media_type", [JSON, NDJSON])
@pytest.mark.parametrize("body", [b"", b" \n "])
def test_no_body(body: bytes, media_type: str) -> None:
    with pytest.raises(Unreadable):
        native.read(body, media_type)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"readings":[' + b"{}," * MAX_VALUES + b"{}]}", JSON),
        (b'{"a":' + b"[" + b"[]," * MAX_VALUES + b"[]]}", JSON),
        (b'{"kind":"blood_pressure","columns":{"systolic":[' + b"1," * MAX_VALUES + b"1]}}", JSON),
        (b"[" + b"1," * MAX_VALUES + b"1]", NDJSON),
    ],
    ids=["items", "lists", "columns", "line"],
)
def test_more_values_than_memory_is_for(body: bytes, media_type: str) -> None:
    with pytest.raises(TooMany, match="2000000 at a time"):
        native.read(body, media_type)


def test_empty_lines_cost_nothing() -> None:
    body = b"\n" * 4_000_000 + json.dumps(GOOD).encode() + b"\n \n"
    tracemalloc.start()
    try:
        assert len(native.read(body, NDJSON)) == 1
        assert tracemalloc.get_traced_memory()[1] < 2 * len(body)
    finally:
        tracemalloc.stop()


def test_too_many_lines_are_counted() -> None:
    with pytest.raises(TooMany, match="30000 items"):
        native.read(b"1\n\n" * 30_000, NDJSON)


@pytest.mark.parametrize("number", ["9" * 900, f"-{'9' * 900}", "1e300", "1000001"])
def test_a_number_of_no_ordinary_length(number: str) -> None:
    body = json.dumps({**GOOD, "systolic": 0}).replace('"systolic": 0', f'"systolic": {number}')
    (entry,) = native.read(body.encode(), JSON)
    assert field_of(entry.says) == "systolic"
    assert len(str(entry.says)) < 300


def test_a_body_that_is_not_text() -> None:
    with pytest.raises(Unreadable, match="byte 0"):
        native.read(b"\xff", JSON)


def test_a_line_that_is_not_text_spoils_itself_only() -> None:
    good = json.dumps(GOOD).encode()
    entries = native.read(b"\n".join([good, b'{"kind": "\xff"}', good]), NDJSON)
    said = [type(entry.says).__name__ for entry in entries]
    assert said == ["BloodPressure", "Malformed", "BloodPressure"]
    assert "byte 10 of the line" in str(entries[1].says)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"kind": "moon"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": ["sleep"]}, "kind"),
        ({"systolic": "x"}, "systolic"),
        ({"measured_at": "yesterday"}, "measured_at"),
        ({"flags": ["irregular_pulse", 3]}, "flags[1]"),
        ({"unit": "psi"}, "unit"),
    ],
)
def test_a_malformed_item_names_its_place(fields: dict[str, Any], place: str) -> None:
    (entry,) = native.read(json.dumps({**GOOD, **fields}).encode(), JSON)
    assert field_of(entry.says) == place


def test_a_missing_field_is_named() -> None:
    (entry,) = native.read(b'{"kind": "sleep", "started_at": "2026-11-02T07:00:00Z"}', JSON)
    assert field_of(entry.says) == "ended_at"


def test_each_item_is_kept_as_it_was_sent() -> None:
    items = [b'{"kind" : "sleep", "x": 1.50}', b'{"kind":"moon"}']
    body = b'{"readings": [' + b" , ".join(items) + b"]}"
    for text in (body, b"\n".join(items)):
        batch = native.read(text, JSON if text is body else NDJSON)
        assert [batch.text(n).encode() for n in range(2)] == items
    bare = native.read(items[0], JSON)
    assert (bare.bare, bare.text(0)) == (True, items[0].decode())


def test_columns_leave_out_what_is_null() -> None:
    columns = {
        "measured_at": [GOOD["measured_at"]] * 2,
        "systolic": [128, 129],
        "diastolic": [82, 83],
        "pulse": [None, 70],
        "id": ["a", None],
    }
    batch = native.read(json.dumps({"kind": "blood_pressure", "columns": columns}).encode(), JSON)
    assert [entry.says.pulse for entry in batch] == [None, 70]  # type: ignore[union-attr]
    assert [entry.id for entry in batch] == ["a", None]
    assert json.loads(batch.text(1))["systolic"] == 129


@given(st.lists(trees))
def test_no_key_of_a_plain_document_counts_as_repeated(items: list[Any]) -> None:
    for indent in (None, 1):
        body = json.dumps({"readings": items}, indent=indent).encode()
        batch = native.read(body, JSON)
        assert len(batch) == len(items)
        assert not any("twice" in str(entry.says) for entry in batch)


@given(st.text(max_size=6), trees, trees, st.sampled_from(["{}:{}", "{} : {}", "{}\n:\t{}"]))
def test_a_repeated_key_is_always_found(key: str, one: Any, other: Any, colon: str) -> None:
    pairs = [colon.format(json.dumps(key), json.dumps(value)) for value in (one, other)]
    item = "{" + ", ".join([*pairs, '"kind": "sleep"']) + "}"
    for body in (f'{{"readings": [{item}]}}', item):
        (entry,) = native.read(body.encode(), JSON)
        assert "twice" in str(entry.says)
