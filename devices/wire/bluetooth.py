"""Bluetooth blood pressure: what the bytes of characteristic 0x2A35 say.

Source: Bluetooth SIG, GATT Specification Supplement, "Blood Pressure Measurement"; SFLOAT by
IEEE 11073-20601. Decoding is literal and in the wire's unit: whether a value can be true is asked
by `is_plausible`. Makers who break the format are a table by model, `QUIRKS`.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from devices.kinds.blood_pressure.limits import MMHG_PER_KPA, doubt

HAS_KPA, HAS_TIME, HAS_PULSE, HAS_USER, HAS_STATUS = (1 << bit for bit in range(5))
SHORTEST = 7  # the flags and three pressures
UNKNOWN_USER = 255
FIRST_YEAR = 1582

SPECIAL_VALUES = MappingProxyType(
    {0x07FE: "+INF", 0x07FF: "NaN", 0x0800: "NRes", 0x0801: "Reserved", 0x0802: "-INF"}
)

STATUS_FLAGS = MappingProxyType(
    {
        0: "body_movement",
        1: "cuff_loose",
        2: "irregular_pulse",
        5: "improper_position",
    }
)
PULSE_OUT_OF_RANGE = "pulse_out_of_range"
PULSE_RANGES = ("in_range", "above_upper", "below_lower", "reserved")

Clock = tuple[int, int, int, int, int, int]


class DecodingError(ValueError):
    """The bytes cannot be a blood-pressure measurement."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement as sent. None is "no value"; `timestamp` has no zone on the wire.

    `clock` is (year, month, day, hour, minute, second) as sent, zeros unknown; `timestamp` is
    None when it is unknown in part or cannot be, and `impossible_date` tells these apart.
    """

    systolic: float | None
    diastolic: float | None
    mean_arterial: float | None
    unit: str
    clock: Clock | None = None
    pulse: float | None = None
    user: int | None = None
    status: int | None = None
    trailing_bytes: int = 0
    quirk: str | None = None

    @property
    def timestamp(self) -> datetime | None:
        if self.clock is None or self.impossible_date or 0 in self.clock[:3]:
            return None
        return datetime(*self.clock)  # noqa: DTZ001 - there is no zone on the wire

    @property
    def impossible_date(self) -> bool:
        """A date that was sent, is known in every part, and is in no calendar."""
        return self.clock is not None and not _can_be(self.clock)

    @property
    def pulse_range(self) -> str | None:
        return None if self.status is None else PULSE_RANGES[self.status >> 3 & 0b11]

    @property
    def flags(self) -> tuple[str, ...]:
        """The status in the words of a reading's flags."""
        if self.status is None:
            return ()
        named = [name for bit, name in STATUS_FLAGS.items() if self.status >> bit & 1]
        if self.pulse_range in ("above_upper", "below_lower"):
            named.append(PULSE_OUT_OF_RANGE)
        return tuple(named)

    def to_json(self) -> dict[str, Any]:
        return {
            "systolic": self.systolic,
            "diastolic": self.diastolic,
            "mean_arterial": self.mean_arterial,
            "unit": self.unit,
            "timestamp": None if self.timestamp is None else self.timestamp.isoformat(),
            "pulse": self.pulse,
            "user": self.user,
            "flags": list(self.flags),
            "quirk": self.quirk,
        }


def decode(value: bytes, *, model: str | None = None) -> Measurement:
    """What the bytes say; a known model's quirk is tried only when that cannot be true.

    Raises `DecodingError` when the value is shorter than its flags promise.
    """
    plain: Measurement | None
    try:
        plain, problem = decode_plain(value), None
    except DecodingError as error:
        plain, problem = None, error
    # More bytes than the flags announce are a sign too: they were read as something they are not.
    if plain is not None and is_plausible(plain) and not plain.trailing_bytes:
        return plain
    quirk = QUIRKS.get(_model_key(model)) if model else None
    repaired = None if quirk is None else quirk(value)
    if repaired is not None and is_plausible(repaired) and not repaired.trailing_bytes:
        return repaired
    if plain is None:
        assert problem is not None
        raise problem
    return plain


def decode_hex(text: str, *, model: str | None = None) -> Measurement:
    """As `decode`, from hexadecimal digits, with or without 0x, spaces, colons or dashes."""
    digits = text.strip().removeprefix("0x").removeprefix("0X")
    try:
        value = bytes.fromhex(digits.replace(":", " ").replace("-", " "))
    except ValueError as error:
        raise DecodingError(f"not hexadecimal: {text!r}") from error
    return decode(value, model=model)


def describe(text: str, *, model: str | None = None) -> dict[str, Any]:
    """The JSON of `manage.py decode_ble`: the measurement, or `{"error": why}`."""
    try:
        return decode_hex(text, model=model).to_json()
    except DecodingError as error:
        return {"error": str(error)}


def decode_sfloat(raw: int) -> float | None:
    """A 16-bit SFLOAT: 12-bit mantissa, 4-bit exponent, both two's complement; None for no value.

    `SPECIAL_VALUES` names what the five special values say.
    """
    if raw in SPECIAL_VALUES:
        return None
    mantissa, exponent = raw & 0x0FFF, raw >> 12
    mantissa -= 0x1000 if mantissa & 0x0800 else 0
    exponent -= 0x10 if exponent & 0x8 else 0
    # Dividing by a power of ten, unlike multiplying by 0.1, gives the nearest number to 18.9.
    return mantissa / 10**-exponent if exponent < 0 else float(mantissa * 10**exponent)


def is_plausible(measurement: Measurement) -> bool:
    """Whether a living person can have these values."""
    systolic, diastolic = measurement.systolic, measurement.diastolic
    if systolic is None or diastolic is None:
        return False
    factor = MMHG_PER_KPA if measurement.unit == "kPa" else Decimal(1)
    found = doubt(
        systolic=Decimal(repr(systolic)) * factor,
        diastolic=Decimal(repr(diastolic)) * factor,
        pulse=measurement.pulse,
    )
    return found is None


def decode_plain(value: bytes) -> Measurement:
    """By the specification and nothing else; trailing bytes are counted, not read."""
    reader = _Reader(value)
    flags = reader.flags
    measurement = Measurement(
        systolic=decode_sfloat(reader.u16()),
        diastolic=decode_sfloat(reader.u16()),
        mean_arterial=decode_sfloat(reader.u16()),
        unit="kPa" if flags & HAS_KPA else "mmHg",
        clock=reader.clock() if flags & HAS_TIME else None,
        pulse=decode_sfloat(reader.u16()) if flags & HAS_PULSE else None,
        user=reader.user() if flags & HAS_USER else None,
        status=reader.u16() if flags & HAS_STATUS else None,
    )
    return replace(measurement, trailing_bytes=reader.left)


class _Reader:
    """Takes fields from the front of a value and says which byte is missing."""

    def __init__(self, value: bytes) -> None:
        if len(value) < SHORTEST:
            raise DecodingError(
                f"too short: {len(value)} bytes, a blood pressure has at least {SHORTEST}"
            )
        self.flags = value[0]
        self._value = value
        self._position = 1

    @property
    def left(self) -> int:
        return len(self._value) - self._position

    def u16(self, *, big_endian: bool = False) -> int:
        return int(self._take(">H" if big_endian else "<H")[0])

    def clock(self) -> Clock:
        year, month, day, hour, minute, second = self._take("<HBBBBB")
        return year, month, day, hour, minute, second

    def user(self) -> int | None:
        user = int(self._take("B")[0])
        return None if user == UNKNOWN_USER else user

    def _take(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize(layout)
        if self.left < size:
            raise DecodingError(
                f"too short: the flags 0x{self.flags:02x} announce a field at byte "
                f"{self._position}, but the value has {len(self._value)} bytes"
            )
        fields = struct.unpack_from(layout, self._value, self._position)
        self._position += size
        return fields


def _can_be(clock: Clock) -> bool:
    """Zeros are unknown, not wrong; what is known must fit what else is known."""
    year, month, day, hour, minute, second = clock
    if year and year < FIRST_YEAR:
        return False
    try:
        # 2000 was a leap year: 29 February of an unknown year can be.
        datetime(year or 2000, month or 1, day or 1, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return False
    return True


def _beurer_bm85(value: bytes) -> Measurement | None:
    """Pulse and status big-endian, a user byte that the flags do not announce, and MAP always 0.

    Recorded from a Beurer BM85. The status is not trusted: nothing shows that its bits mean what
    the specification says.
    """
    try:
        reader = _Reader(value)
        flags = reader.flags
        measurement = Measurement(
            systolic=decode_sfloat(reader.u16()),
            diastolic=decode_sfloat(reader.u16()),
            mean_arterial=decode_sfloat(reader.u16()) or None,
            unit="kPa" if flags & HAS_KPA else "mmHg",
            clock=reader.clock() if flags & HAS_TIME else None,
            pulse=decode_sfloat(reader.u16(big_endian=True)) if flags & HAS_PULSE else None,
            user=reader.user(),
            quirk="Beurer BM85",
        )
        if flags & HAS_STATUS:
            reader.u16()
    except DecodingError:
        return None
    return replace(measurement, trailing_bytes=reader.left)


def _model_key(model: str) -> str:
    return " ".join(model.split()).casefold()


QUIRKS: Mapping[str, Callable[[bytes], Measurement | None]] = MappingProxyType(
    {_model_key("Beurer BM85"): _beurer_bm85}
)
