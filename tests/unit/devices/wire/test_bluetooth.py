"""Bytes of real devices and of test suites (each golden names its source), and the edges."""

import json
import struct
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.wire import bluetooth
from devices.wire.bluetooth import DecodingError, Measurement, decode, decode_hex, decode_sfloat

Case = dict[str, Any]

GOLDENS = Path(__file__).parents[3] / "goldens" / "clinical.json"
CASES: list[Case] = [
    case for case in json.loads(GOLDENS.read_text())["cases"] if case["group"] == "ble"
]
BEURER = "566a0047000000ea07080b121f00003f000000"


def cases(prefix: str, *, with_error: bool = False) -> list[Any]:
    found = [
        pytest.param(case, id=case["id"])
        for case in CASES
        if case["id"].startswith(prefix)
        and (isinstance(case["expected"], dict) and "error" in case["expected"]) is with_error
    ]
    assert found
    return found


def check(found: Measurement, expected: Case, tolerance: float) -> None:
    pairs = {"systolic": "systolic", "diastolic": "diastolic", "map": "mean_arterial"}
    pairs |= {"pulse": "pulse", "user_id": "user", "trailing_bytes": "trailing_bytes"}
    for key, field in pairs.items():
        if key in expected:
            assert getattr(found, field) == pytest.approx(expected[key], abs=tolerance), key
    if "unit" in expected:
        assert found.unit == expected["unit"]
    if isinstance(expected.get("timestamp"), dict):
        assert found.clock == tuple(expected["timestamp"].values())
    elif "timestamp" in expected:
        assert found.timestamp == datetime.fromisoformat(expected["timestamp"])
    if "status" in expected:
        check_status(found, expected["status"])


def check_status(found: Measurement, expected: Case) -> None:
    assert found.status == expected["raw"]
    assert found.pulse_range == expected["pulse_range"]
    names = {
        "body_movement": "body_movement",
        "cuff_loose": "cuff_too_loose",
        "irregular_pulse": "irregular_pulse",
        "improper_position": "improper_position",
    }
    for flag, key in names.items():
        assert (flag in found.flags) is expected[key], flag


@pytest.mark.parametrize("case", cases("ble-"))
def test_golden_bytes(case: Case) -> None:
    if "strict_decoder_output" in case:
        check(decode_hex(case["inputs"]["hex"]), case["strict_decoder_output"], case["tolerance"])
        found = decode_hex(case["inputs"]["hex"], model="Beurer BM85")
        assert found.quirk == "Beurer BM85"
    else:
        found = decode_hex(case["inputs"]["hex"])
        assert found.quirk is None
    check(found, case["expected"], case["tolerance"])
    if "quarantine" in case.get("required_behaviour", ""):
        assert not bluetooth.is_plausible(found)


@pytest.mark.parametrize("case", cases("ble-", with_error=True))
def test_golden_errors(case: Case) -> None:
    with pytest.raises(DecodingError, match=case["expected"]["reason"]):
        decode_hex(case["inputs"]["hex"])
    assert case["expected"]["reason"] in bluetooth.describe(case["inputs"]["hex"])["error"]


@pytest.mark.parametrize("case", cases("sfloat-"))
def test_golden_sfloats(case: Case) -> None:
    raw, expected = case["inputs"]["sfloat_u16"], case["expected"]
    if isinstance(expected, str):
        assert decode_sfloat(raw) is None
        assert bluetooth.SPECIAL_VALUES[raw] == expected
    else:
        assert decode_sfloat(raw) == pytest.approx(expected, abs=case["tolerance"])


def measurement(*, flags: int = 0, pressures: tuple[int, int, int] = (120, 80, 93)) -> bytes:
    return struct.pack("<BHHH", flags, *pressures)


def test_the_json_has_the_agreed_keys() -> None:
    assert bluetooth.describe("167c0056006100e807060f11111b33001000") == {
        "systolic": 124.0,
        "diastolic": 86.0,
        "mean_arterial": 97.0,
        "unit": "mmHg",
        "timestamp": "2024-06-15T17:17:27",
        "pulse": 51.0,
        "user": None,
        "flags": ["pulse_out_of_range"],
        "quirk": None,
    }


@pytest.mark.parametrize("raw", [0x07FE, 0x07FF, 0x0800, 0x0801, 0x0802])
def test_special_values_are_no_value(raw: int) -> None:
    assert decode(measurement(pressures=(raw, 80, raw))).systolic is None
    assert decode(measurement(pressures=(120, 80, raw))).mean_arterial is None


def test_kilopascals_stay_in_the_unit_of_the_wire() -> None:
    # 16.0 kPa and 10.6 kPa, sent with one decimal: mantissa 160 and 106, exponent -1.
    found = decode(measurement(flags=0x01, pressures=(0xF0A0, 0xF06A, 0x07FF)))
    assert (found.systolic, found.diastolic, found.unit) == (16.0, 10.6, "kPa")
    assert bluetooth.is_plausible(found)


@pytest.mark.parametrize(
    ("clock", "impossible"),
    [
        ((2026, 2, 30, 8, 0, 0), True),
        ((2026, 13, 1, 8, 0, 0), True),
        ((2026, 10, 1, 24, 0, 0), True),
        ((1500, 10, 1, 8, 0, 0), True),
        ((0, 2, 30, 8, 0, 0), True),
        ((0, 2, 29, 8, 0, 0), False),
        ((2026, 0, 0, 8, 0, 0), False),
    ],
)
def test_a_date_that_is_not_one_leaves_the_numbers(
    clock: tuple[int, int, int, int, int, int], impossible: bool
) -> None:
    found = decode(measurement(flags=0x02) + struct.pack("<HBBBBB", *clock))
    assert (found.systolic, found.timestamp) == (120.0, None)
    assert found.impossible_date is impossible


def test_an_unknown_user_is_nobody() -> None:
    assert decode(measurement(flags=0x08) + b"\xff").user is None
    assert decode(measurement(flags=0x08) + b"\x00").user == 0


def test_a_missing_field_is_named_by_its_byte() -> None:
    with pytest.raises(DecodingError, match=r"too short: .* byte 7, but the value has 8 bytes"):
        decode(measurement(flags=0x04) + b"\x3c")


@pytest.mark.parametrize("text", ["zz", "1e8", "not hex at all"])
def test_what_is_not_hexadecimal_is_an_error(text: str) -> None:
    assert "not hexadecimal" in bluetooth.describe(text)["error"]


def test_hexadecimal_is_read_however_it_is_written() -> None:
    assert decode_hex("0x00-78-00:50 00 5D00") == decode(measurement())


def test_a_quirk_needs_its_model_and_ignores_case() -> None:
    assert decode_hex(BEURER, model="Another BM86").pulse == -256000
    assert decode_hex(BEURER, model=" beurer  bm85").pulse == 63


def test_a_quirk_never_touches_what_can_be_true() -> None:
    regular = "167c0056006100e807060f11111b33000000"
    assert decode_hex(regular, model="Beurer BM85") == decode_hex(regular)


def test_a_quirk_that_does_not_help_leaves_the_plain_decoding() -> None:
    found = decode_hex("00788050805a80", model="Beurer BM85")
    assert found.quirk is None
    assert found.systolic == pytest.approx(1.2e-6)


def test_the_status_of_a_quirk_is_not_trusted() -> None:
    with_status = bytes.fromhex(BEURER[:-2] + "27")
    assert decode(with_status, model="Beurer BM85").flags == ()


@given(value=st.binary(max_size=40), model=st.sampled_from([None, "Beurer BM85"]))
def test_any_bytes_are_a_measurement_or_a_decoding_error(value: bytes, model: str | None) -> None:
    found = bluetooth.describe(value.hex(), model=model)
    assert ("error" in found) or found["unit"] in ("mmHg", "kPa")
    json.dumps(found, allow_nan=False)


@given(mantissa=st.integers(-2048, 2047), exponent=st.integers(-8, 7))
def test_every_sfloat_is_mantissa_times_power_of_ten(mantissa: int, exponent: int) -> None:
    raw = (exponent & 0xF) << 12 | (mantissa & 0xFFF)
    if raw not in bluetooth.SPECIAL_VALUES:
        assert decode_sfloat(raw) == float(f"{mantissa}e{exponent}")
