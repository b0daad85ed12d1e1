"""From what a cuff says to whole mmHg, halves up; the device's own words are kept."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.kinds.blood_pressure import limits
from devices.kinds.blood_pressure.payload import (
    FLAGS,
    BloodPressure,
    BloodPressureItem,
    flag_bits,
    flag_names,
    reading,
)
from devices.kinds.reading import LARGEST, Malformed

AT = "2026-11-02T07:00:00+09:00"


def read(**fields: Any) -> BloodPressure:
    said = {"measured_at": AT, "systolic": 128, "diastolic": 82, **fields}
    return reading(msgspec.convert(said, BloodPressureItem))


def test_whole_mmhg_keep_nothing_more() -> None:
    said = read(pulse=64, mean_arterial=97, flags=["irregular_pulse", "cuff_loose"], id=12)
    assert (said.systolic, said.diastolic, said.pulse, said.mean_arterial) == (128, 82, 64, 97)
    assert said.at == datetime(2026, 11, 1, 22, tzinfo=UTC)
    assert (said.utc_offset, said.id, said.original) == (540, "12", None)
    assert flag_names(said.flags) == {"irregular_pulse", "cuff_loose"}


@pytest.mark.parametrize(
    ("sent", "stored"), [(120.5, 121), (120.49, 120), (119.5, 120), (120.0, 120), (120.4999, 120)]
)
def test_halves_go_up(sent: float, stored: int) -> None:
    said = read(systolic=sent)
    assert said.systolic == stored
    assert said.original is not None
    assert said.original["systolic"] == sent


@pytest.mark.parametrize(
    ("kpa", "mmhg"), [(16.0, 120), (10.7, 80), (18.2, 137), (18.0, 135), (17.93, 134), (20, 150)]
)
def test_kilopascals(kpa: float, mmhg: int) -> None:
    said = read(systolic=kpa, diastolic=8, unit="kPa")
    assert said.systolic == mmhg
    assert said.original == {"systolic": kpa, "diastolic": 8, "unit": "kPa"}
    assert said.doubt() is None


@given(st.decimals(min_value="6.7", max_value="40", places=2))
def test_kilopascals_round_as_on_paper(kpa: Decimal) -> None:
    exact = kpa * Decimal("7.500617")
    expected = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert read(systolic=float(kpa), diastolic=5, unit="kPa").systolic == expected


@pytest.mark.parametrize("mean", [0, 81, 129, 300])
def test_a_mean_outside_of_what_it_is_the_mean_of_is_not_stored(mean: int) -> None:
    said = read(mean_arterial=mean)
    assert said.mean_arterial is None
    assert said.original is not None
    assert said.original["mean_arterial"] == mean
    assert said.doubt() is None


def test_position_and_site_are_kept() -> None:
    original = read(position="sitting", body_site="left upper arm").original
    assert original is not None
    assert (original["position"], original["body_site"]) == ("sitting", "left upper arm")


@given(
    st.floats(-LARGEST, LARGEST) | st.integers(-LARGEST, LARGEST),
    st.floats(-LARGEST, LARGEST) | st.integers(-LARGEST, LARGEST),
)
def test_what_is_not_doubted_fits_the_table(systolic: float, diastolic: float) -> None:
    said = read(systolic=systolic, diastolic=diastolic)
    if said.doubt() is None:
        assert 50 <= said.systolic <= 300
        assert 30 <= said.diastolic <= 200
        assert said.systolic - said.diastolic >= limits.SMALLEST_PULSE_PRESSURE


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar(time: str) -> None:
    with pytest.raises(Malformed) as wrong:
        read(measured_at=time)
    assert wrong.value.field == "measured_at"


@pytest.mark.parametrize(
    "fields",
    [
        {"measured_at": "2026-11-02T07:00:00"},
        {"measured_at": 1762034400},
        {"systolic": "128"},
        {"systolic": True},
        {"systolic": None},
        {"unit": "bar"},
        {"flags": ["happy"]},
        {"user_slot": -1},
        {"user_slot": 256},
        {"id": "x" * 201},
        {"id": -1},
        {"id": "a\x00b"},
    ],
)
def test_what_is_no_item(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(**fields)


@given(st.lists(st.sampled_from(FLAGS)))
def test_flags_there_and_back(flags: list[Any]) -> None:
    assert flag_names(flag_bits(flags)) == set(flags)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "crisis"),
    [(180, 80, True), (179, 119, False), (150, 120, True)],
)
def test_a_crisis(systolic: int, diastolic: int, crisis: bool) -> None:
    assert read(systolic=systolic, diastolic=diastolic).is_crisis() is crisis
