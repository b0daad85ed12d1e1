// What the bytes of Bluetooth's 0x2A35 say, for showing only: the server reads the same bytes for
// itself (devices/wire/bluetooth.py), and that counts. A test holds the two together.
(() => {
  "use strict";
  const NO_VALUE = [0x07fe, 0x07ff, 0x0800, 0x0801, 0x0802];
  const KPA = 1, TIME = 2, PULSE = 4, USER = 8, STATUS = 16;
  const two = (n) => String(n).padStart(2, "0");

  // 12 bits of mantissa, 4 of exponent, both in two's complement; null for "no value".
  function sfloat(raw) {
    if (NO_VALUE.includes(raw)) return null;
    const mantissa = ((raw & 0x0fff) << 20) >> 20, exponent = (raw << 16) >> 28;
    return exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent;
  }

  // As the cuff's clock says, which has no zone; null when it is unknown in part or in no calendar.
  function clock([year, month, day, hour, minute, second]) {
    const there = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
    const text = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
    return year >= 1582 && there.toISOString().slice(0, 19) === text ? text : null;
  }

  // Throws RangeError when the value is shorter than its flags promise.
  function decode(view) {
    let at = 1;
    const u8 = () => view.getUint8(at++);
    const u16 = () => (at += 2, view.getUint16(at - 2, true));
    const flags = view.getUint8(0);
    const said = {
      systolic: sfloat(u16()), diastolic: sfloat(u16()), mean_arterial: sfloat(u16()),
      unit: flags & KPA ? "kPa" : "mmHg",
      timestamp: flags & TIME ? clock([u16(), u8(), u8(), u8(), u8(), u8()]) : null,
      pulse: flags & PULSE ? sfloat(u16()) : null,
      user: flags & USER ? u8() : null,
    };
    if (flags & STATUS) u16();
    if (said.user === 255) said.user = null;
    return { ...said, trailing_bytes: view.byteLength - at };
  }

  const hex = (view) =>
    Array.from(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), (byte) => byte.toString(16).padStart(2, "0")).join("");

  window.measuring = { decode, hex };
})();
