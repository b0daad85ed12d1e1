"""Weights: whole grams, halves up, and nothing lost of what the scale said."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.kinds.reading import Malformed
from devices.kinds.weight.kind import stored
from devices.kinds.weight.payload import Weight
from devices.wire import native

AT = "2026-11-02T07:04:00+09:00"


def read(**fields: Any) -> Weight:
    entry = native.read_item({"kind": "weight", "measured_at": AT, "weight": 64.2, **fields})
    if isinstance(entry.says, Malformed):
        raise entry.says
    assert isinstance(entry.says, Weight)
    return entry.says


@pytest.mark.parametrize(
    ("weight", "unit", "grams"),
    [
        (64, None, 64_000),
        (64.2, "kg", 64_200),
        (64.25, None, 64_250),
        (64.0005, None, 64_001),
        (64.0004, None, 64_000),
        (0.1 + 64.1, None, 64_200),
        (150, "lb", 68_039),  # 68.0388555 kg
        (141.5, "lb", 64_183),  # 64.183320355 kg
    ],
)
def test_whole_grams(weight: float, unit: str | None, grams: int) -> None:
    assert read(weight=weight, unit=unit).grams == grams


@given(st.integers(10_000, 400_000))
def test_every_gram_of_a_kilogram_scale_comes_back(grams: int) -> None:
    reading = read(weight=float(Decimal(grams) / 1000))
    assert (reading.grams, reading.original, reading.doubt()) == (grams, None, None)


def test_what_the_columns_cannot_hold_is_kept() -> None:
    assert read(weight=64.2, body_fat=23.4).original is None
    assert read(weight=141.5, unit="lb").original == {"weight": 141.5, "unit": "lb"}
    sent = {"weight": 64.2, "body_fat": 23.44, "bmi": 22.1, "impedance": 512}
    reading = read(**sent)
    assert reading.body_fat_permille == 234
    assert reading.original == {**sent, "unit": "kg"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"weight": 9.99}, "weight"),
        ({"weight": 64_200}, "weight"),
        ({"weight": -64}, "weight"),
        ({"weight": 900, "unit": "lb"}, "weight"),
        ({"body_fat": 0}, "body_fat"),
        ({"body_fat": 80}, "body_fat"),
    ],
)
def test_what_cannot_be_a_person(fields: dict[str, Any], named: str) -> None:
    assert (read(**fields).doubt() or "").startswith(named)
    assert not read(**fields).is_crisis()


@pytest.mark.parametrize("weight", [10, 400])
def test_bounds_are_inclusive(weight: int) -> None:
    assert read(weight=weight).doubt() is None


@pytest.mark.parametrize(
    "fields",
    [
        {"weight": "64"},
        {"weight": None},
        {"weight": 1e300},
        {"weight": 10**900},
        {"unit": "stone"},
        {"measured_at": "2026-11-02T07:04:00"},
    ],
)
def test_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as raised:
        read(**fields)
    assert raised.value.field == next(iter(fields))


def test_a_row_gives_back_what_was_stored() -> None:
    reading = read(body_fat=23.4, user_slot=2, id=17)
    row = reading.row(patient_id=1, device_id=2, received_at=datetime(2026, 11, 2, tzinfo=UTC))
    assert len(row) == len(reading.table.columns)
    answer = stored(row)
    assert answer == reading.stored(patient_id=1, device_id=2)
    assert (answer.kilograms, answer.body_fat, answer.local.isoformat()) == (64.2, 23.4, AT)
