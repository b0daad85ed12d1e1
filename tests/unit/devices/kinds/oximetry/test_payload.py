"""Recordings and single values of pulse oximeters."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.kinds.oximetry.kind import stored
from devices.kinds.oximetry.payload import Oximetry
from devices.kinds.reading import Malformed
from devices.wire import native

AT = "2026-11-01T23:00:00+09:00"
SERIES = {"started_at": AT, "sample_seconds": 4, "spo2": [97, None, 96]}
VALUE = {"measured_at": AT, "spo2": 97}


def read(base: dict[str, Any], **fields: Any) -> Oximetry:
    entry = native.read_item({"kind": "oximetry", **base, **fields})
    if isinstance(entry.says, Malformed):
        raise entry.says
    assert isinstance(entry.says, Oximetry)
    return entry.says


def test_a_recording() -> None:
    reading = read(SERIES, pulse=[60, None, 61])
    assert (reading.spo2, reading.pulse) == ([97, None, 96], [60, None, 61])
    assert reading.at == datetime(2026, 11, 1, 14, tzinfo=UTC)
    assert reading.until - reading.at == timedelta(seconds=12)
    assert (reading.utc_offset, reading.doubt(), reading.is_crisis()) == (540, None, False)


def test_a_single_value_is_a_sample_that_lasts_no_time() -> None:
    reading = read(VALUE, pulse=60)
    assert (reading.spo2, reading.pulse, reading.sample_seconds) == ([97], [60], 0)
    assert reading.at == reading.until
    assert reading.doubt() is None


@pytest.mark.parametrize(
    ("base", "fields", "field"),
    [
        (SERIES, {"started_at": None}, "started_at"),
        (SERIES, {"measured_at": AT}, "started_at"),
        (SERIES, {"sample_seconds": None}, "sample_seconds"),
        (SERIES, {"sample_seconds": 0}, "sample_seconds"),
        (SERIES, {"sample_seconds": 61}, "sample_seconds"),
        (SERIES, {"spo2": []}, "spo2"),
        (SERIES, {"spo2": [97, 101]}, "spo2[1]"),
        (SERIES, {"spo2": [97, -1]}, "spo2[1]"),
        (SERIES, {"spo2": [97, 96.5]}, "spo2[1]"),
        (SERIES, {"spo2": [97] * 86_401}, "spo2"),
        (SERIES, {"pulse": [60, 61]}, "pulse"),
        (SERIES, {"pulse": 60}, "pulse"),
        (SERIES, {"started_at": "9999-12-31T23:59:59+00:00"}, "started_at"),
        (VALUE, {"measured_at": None}, "measured_at"),
        (VALUE, {"started_at": AT}, "measured_at"),
        (VALUE, {"sample_seconds": 4}, "spo2"),
        (VALUE, {"ended_at": AT}, "spo2"),
        (VALUE, {"pulse": [60]}, "pulse"),
        (VALUE, {"spo2": 97.5}, "spo2"),
        (VALUE, {"spo2": True}, "spo2"),
    ],
)
def test_malformed(base: dict[str, Any], fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as raised:
        read(base, **fields)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("base", "fields"),
    [
        (VALUE, {"spo2": 49}),
        (VALUE, {"pulse": 20}),
        (SERIES, {"spo2": [None, None]}),
        (SERIES, {"spo2": [30, 40, None]}),
        (SERIES, {"spo2": [97] + [30] * 10}),
        (SERIES, {"sample_seconds": 60, "spo2": [97] * 1441}),
        (SERIES, {"ended_at": "2026-11-01T23:00:17+09:00"}),
        (SERIES, {"ended_at": "2026-11-01T22:00:00+09:00"}),
    ],
)
def test_what_cannot_be(base: dict[str, Any], fields: dict[str, Any]) -> None:
    assert read(base, **fields).doubt()


@pytest.mark.parametrize(
    ("base", "fields"),
    [
        (VALUE, {"spo2": 50}),
        (SERIES, {"spo2": [97, 0, None]}),
        (SERIES, {"sample_seconds": 60, "spo2": [97] * 1440}),
        (SERIES, {"ended_at": "2026-11-01T23:00:16+09:00"}),
    ],
)
def test_what_just_can(base: dict[str, Any], fields: dict[str, Any]) -> None:
    assert read(base, **fields).doubt() is None


@given(st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=200), st.integers(1, 60))
def test_a_row_gives_back_every_sample(spo2: list[int | None], seconds: int) -> None:
    reading = read(SERIES, spo2=spo2, sample_seconds=seconds, pulse=spo2, id=3)
    row = reading.row(patient_id=1, device_id=2, received_at=datetime(2026, 11, 2, tzinfo=UTC))
    assert len(row) == len(reading.table.columns)
    answer = stored(row)
    assert answer == reading.stored(patient_id=1, device_id=2)
    assert list(answer.spo2) == spo2
