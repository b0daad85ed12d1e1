"""Whatever a body holds: no 5xx, no lost item, and counts that add up."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.bending import bent_trees
from tests.fuzz.seeds import SEEDS
from tests.unit.devices.conftest import Handed, Post, item, night

pytestmark = pytest.mark.django_db

FUZZ = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

STANDARDS = {"fhir": "application/fhir+json", "openmhealth": "application/vnd.openmhealth+json"}
text = st.text(max_size=30)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    text,
    st.sampled_from(
        [
            "2026-11-02T07:00:00+09:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-11-02T07:00:00",
            "kPa",
            "W12?",
            "1e780050005d00",
        ]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=8,
)
kinds = st.sampled_from(["blood_pressure", "sleep", "ble", "moon"]) | values
keys = st.sampled_from([*item(), *night(), "hypnogram", "epoch_seconds", "id", "user_slot",
                        "device", "unit", "flags", "characteristic", "value", "received_at",
                        "utc_offset", "model", "mean_arterial", "position"])  # fmt: skip
strange = st.fixed_dictionaries({"kind": kinds}) | st.dictionaries(keys | text, values, max_size=6)
BLE = {"kind": "ble", "characteristic": "2A35", "value": "1e780050005d00ea070a01071e0048000100",
       "received_at": "2026-11-02T07:00:00+09:00"}  # fmt: skip


@st.composite
def bent(draw: st.DrawFn) -> dict[str, Any]:
    """A good item with some fields replaced."""
    good = draw(st.sampled_from([item(), night(), BLE]))
    return {**good, **draw(st.dictionaries(keys, values, max_size=2))}


@FUZZ
@given(items=st.lists(strange | bent() | values, max_size=6))
def test_lists(cuff: Handed, post: Post, items: list[Any]) -> None:
    answer = post(cuff.token, json.dumps({"readings": items}).encode())
    assert answer.status_code == 200
    said = answer.json()
    assert [result["index"] for result in said["results"]] == list(range(len(items)))
    names = ("accepted", "duplicate", "conflict", "quarantined", "rejected")
    assert sum(said[name] for name in names) == len(items)


@FUZZ
@given(tree=strange | bent() | values)
def test_bare_items(cuff: Handed, post: Post, tree: Any) -> None:
    answer = post(cuff.token, json.dumps(tree).encode())
    assert answer.status_code in (200, 201, 202, 400, 409, 422)


@FUZZ
@given(columns=st.dictionaries(keys, st.lists(values, min_size=3, max_size=3), min_size=1))
def test_columns(gateway_token: str, post: Post, columns: dict[str, Any]) -> None:
    body = {"kind": "blood_pressure", "columns": columns}
    answer = post(gateway_token, json.dumps(body).encode())
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 3


@FUZZ
@given(body=st.binary(max_size=200), lines=st.booleans(), packed=st.booleans())
def test_bytes(cuff: Handed, post: Post, body: bytes, lines: bool, packed: bool) -> None:
    content_type = "application/x-ndjson" if lines else "application/json"
    answer = post(cuff.token, body, content_type=content_type, packed=packed)
    assert answer.status_code < 500


@FUZZ
@given(data=st.data())
def test_bytes_bent_in_a_good_body(cuff: Handed, post: Post, data: st.DataObject) -> None:
    good = json.dumps({"readings": [item(), night(), BLE]}).encode()
    place = data.draw(st.integers(0, len(good) - 1))
    bent_body = good[:place] + data.draw(st.binary(max_size=3)) + good[place + 1 :]
    assert post(cuff.token, bent_body).status_code < 500


@FUZZ
@given(data=st.data())
def test_good_bodies_of_standards_bent(cuff: Handed, post: Post, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["fhir", "openmhealth"]))
    tree = data.draw(bent_trees(name))
    answer = post(cuff.token, json.dumps(tree).encode(), content_type=STANDARDS[name])
    assert answer.status_code in (200, 201, 202, 400, 409, 422)
    if answer.status_code == 200:
        said = answer.json()
        assert [result["index"] for result in said["results"]] == list(range(_count(tree)))


def _count(tree: Any) -> int:
    """How many items a readable tree holds: a Bundle without entries none."""
    if isinstance(tree, list):
        return len(tree)
    return len(tree.get("entry", [])) if tree.get("resourceType") == "Bundle" else 1


@FUZZ
@given(data=st.data(), packed=st.booleans())
def test_bytes_bent_in_a_good_body_of_standards(
    cuff: Handed, post: Post, data: st.DataObject, packed: bool
) -> None:
    name = data.draw(st.sampled_from(["fhir", "openmhealth"]))
    good = data.draw(st.sampled_from(SEEDS[name]))
    place = data.draw(st.integers(0, len(good) - 1))
    body = good[:place] + data.draw(st.binary(max_size=3)) + good[place + 1 :]
    answer = post(cuff.token, body, content_type=STANDARDS[name], packed=packed)
    assert answer.status_code < 500
