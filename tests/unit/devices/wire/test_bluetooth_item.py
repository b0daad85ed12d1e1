"""The `ble` item: whose, when and what the bytes say."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from devices.kinds.blood_pressure.payload import BloodPressure
from devices.kinds.reading import Malformed
from devices.wire.batch import Undecodable
from devices.wire.bluetooth_item import GUEST, BleItem, reading

# 120/80, MAP 93, 2026-11-02 07:30:00, pulse 72, user 1, no status bit.
WHOLE = "1e780050005d00ea070b02071e00480001" + "0000"
NO_TIME = "00780050005d00"


def read(value: str = WHOLE, **fields: Any) -> BloodPressure | Undecodable:
    said = {
        "characteristic": "2A35",
        "value": value,
        "received_at": "2026-11-02T07:31:00+09:00",
        **fields,
    }
    return reading(msgspec.convert(said, BleItem))


def decoded(value: str = WHOLE, **fields: Any) -> BloodPressure:
    said = read(value, **fields)
    assert isinstance(said, BloodPressure)
    return said


def test_the_cuffs_time_is_in_the_gateways_zone() -> None:
    said = decoded()
    assert (said.systolic, said.diastolic, said.mean_arterial, said.pulse) == (120, 80, 93, 72)
    assert said.at == datetime(2026, 11, 1, 22, 30, tzinfo=UTC)
    assert said.user_slot == 1


def test_both_times_and_the_bytes_are_kept() -> None:
    original = decoded(id="9").original
    assert original is not None
    assert original["timestamp"] == "2026-11-02T07:30:00"
    assert original["received_at"] == "2026-11-02T07:31:00+09:00"
    assert original["value"] == WHOLE


@pytest.mark.parametrize(
    ("offset", "hour"), [("+01:00", 6), ("-0500", 12), (60, 6), (-300, 12), ("Z", 7), (None, 22)]
)
def test_the_offset_that_was_sent(offset: Any, hour: int) -> None:
    assert decoded(utc_offset=offset).at.hour == hour


def test_a_cuff_without_a_clock_measured_when_it_was_heard() -> None:
    assert decoded(NO_TIME).at == datetime(2026, 11, 1, 22, 31, tzinfo=UTC)
    unset = "02780050005d0000000000000000"
    assert decoded(unset).at == datetime(2026, 11, 1, 22, 31, tzinfo=UTC)


def test_the_guest_is_nobody_we_know() -> None:
    assert decoded(WHOLE[:-6] + "ff0000").user_slot == GUEST
    assert decoded(NO_TIME).user_slot is None
    assert decoded(NO_TIME, user_slot=2).user_slot == 2


def test_flags_of_the_status() -> None:
    said = decoded(WHOLE[:-4] + "0500")
    assert said.flags == 0b011


@pytest.mark.parametrize(
    "value",
    [
        "1e78",
        "zz",
        "",
        "02780050005d00ea070d2a071e00",  # month 13
        "00ff0750005d00",  # systolic NaN
    ],
)
def test_what_does_not_decode(value: str) -> None:
    assert isinstance(read(value), Undecodable)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"characteristic": "2A49"}, "characteristic"),
        ({"characteristic": "blood"}, "characteristic"),
        ({"utc_offset": "JST"}, "utc_offset"),
        ({"utc_offset": "+25:00"}, "utc_offset"),
        ({"utc_offset": "+09:75"}, "utc_offset"),
    ],
)
def test_a_wrong_envelope(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Malformed) as wrong:
        read(**fields)
    assert wrong.value.field == place


@pytest.mark.parametrize("name", ["2a35", "0x2A35", "00002a35-0000-1000-8000-00805F9B34FB"])
def test_names_of_the_characteristic(name: str) -> None:
    assert decoded(characteristic=name).systolic == 120
