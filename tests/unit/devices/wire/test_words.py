"""A malformed item is told what is wrong and what to send, in words and not in types."""

from typing import Any

import msgspec
import pytest

from devices.kinds.blood_pressure.payload import BloodPressureItem
from devices.kinds.sleep.payload import SleepItem
from devices.wire.words import explain

PRESSURE = {"measured_at": "2026-10-01T07:00:00+09:00", "systolic": 128, "diastolic": 82}
NIGHT = {"started_at": "2026-10-01T23:00:00+09:00", "ended_at": "2026-10-02T06:00:00+09:00"}


def said(shape: type, item: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(item, shape)
    return explain(caught.value, shape)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (
            {"measured_at": "2026-10-01T07:00:00"},
            "measured_at",
            "has no offset from UTC: write it like 2026-10-01T07:00:00+09:00.",
        ),
        (
            {"measured_at": "yesterday"},
            "measured_at",
            "is no RFC 3339 time: write it like 2026-10-01T07:00:00+09:00.",
        ),
        ({"systolic": "128"}, "systolic", "is a text: send a number."),
        ({"systolic": None}, "systolic", "is null: send a number."),
        ({"pulse": True}, "pulse", "is true or false: send a number."),
        ({"flags": "body_movement"}, "flags", "is a text: send a list."),
        (
            {"flags": ["irregular_pulse", "shaking"]},
            "flags[1]",
            "'shaking' is not known: send one of body_movement, cuff_loose, improper_position,"
            " irregular_pulse, pulse_out_of_range.",
        ),
        ({"unit": "mmhg"}, "unit", "'mmhg' is not known: send one of kPa, mmHg."),
        ({"user_slot": -1}, "user_slot", "is out of range: send a number >= 0."),
        ({"id": "a\0b"}, "id", "holds a NUL character: take it out."),
        ({"id": "x" * 201}, "id", "has a length out of range: send <= 200 characters."),
        ({"id": [1]}, "id", "is a list: send a whole number or a text."),
    ],
)
def test_words_for_a_pressure(change: dict[str, Any], field: str, words: str) -> None:
    assert said(BloodPressureItem, {**PRESSURE, **change}) == (field, words)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"hypnogram": "WWX"}, "hypnogram", "may hold only the letters W 1 2 3 R L D ?."),
        ({"epoch_seconds": 0}, "epoch_seconds", "is out of range: send a number > 0.0."),
        ({"stages": []}, "stages", "has a length out of range: send >= 1 elements."),
        (
            {"stages": [{"stage": "dozing", "minutes": 5}]},
            "stages[0].stage",
            "'dozing' is not known: send one of asleep, awake, deep, light, n1, n2, n3, rem,"
            " unknown.",
        ),
    ],
)
def test_words_for_a_night(change: dict[str, Any], field: str, words: str) -> None:
    assert said(SleepItem, {**NIGHT, **change}) == (field, words)


def test_what_is_missing_is_named() -> None:
    words = "is required and missing: send it."
    assert said(BloodPressureItem, {}) == ("measured_at", words)
    night = {**NIGHT, "stages": [{"stage": "deep"}]}
    assert said(SleepItem, night) == ("stages[0].minutes", words)


def test_a_value_that_imitates_a_place_stays_a_value() -> None:
    field, words = said(BloodPressureItem, {**PRESSURE, "unit": "x - at `$.systolic`"})
    assert field == "unit"
    assert words.startswith("'x - at `$.systolic`' is not known")
