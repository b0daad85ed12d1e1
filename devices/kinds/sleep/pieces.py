"""A night that came as durations or as episodes, as the night it is.

Durations have no order: how long somebody slept deeply is known, when is not. They are laid out in
one order, always the same, that `reports.analysis.durations` knows again: what is told about the
two ends of the time in bed stands there; between them light, deep, REM and sleep of no stage, with
waking after the first of them (inside the sleep, where it was), and last what nobody told.
"""

from datetime import timedelta

import msgspec

from devices.kinds.pieces import Absent, NoValue, Piece, Quantity
from devices.kinds.reading import Malformed
from devices.kinds.sleep import payload

MINUTE = timedelta(minutes=1)
STAGES = ("light", "deep", "rem")
# Each of several durations is rounded to a minute by itself.
ROUNDED = 2
# Minutes, under a microsecond: what is left of adding and taking away.
NO_TIME = 1e-8


def reading(piece: Piece) -> payload.Night:
    """The night. Raises Malformed for what is missing, NoValue for what contradicts itself or was
    not measured."""
    if piece.start is None:
        raise Malformed("", "a night has a beginning and an end: send the time in bed as a period.")
    item = {
        **piece.item,
        "started_at": piece.start,
        "ended_at": piece.end,
        "stages": piece.words.get("stages") or _stages(piece),
    }
    return payload.reading(msgspec.convert(item, payload.SleepItem))


def _stages(piece: Piece) -> list[dict[str, object]]:
    assert piece.start is not None  # asked before
    minutes = {name: said.value for name, said in piece.parts.items() if isinstance(said, Quantity)}
    for name, lasting in minutes.items():
        if lasting < 0:
            raise Malformed(name, "lasts less than no time: send a number >= 0.")
    asleep = _asleep(piece, minutes)
    staged = sum(minutes.get(name, 0) for name in STAGES)
    before, after = minutes.get("awake_before", 0), minutes.get("awake_after", 0)
    awake = minutes.get("awake", 0)
    untold = (piece.end - piece.start) / MINUTE - before - after - awake - max(asleep, staged)
    slept = [*((name, minutes.get(name, 0)) for name in STAGES), ("asleep", asleep - staged)]
    slept = [(name, lasting) for name, lasting in slept if lasting > NO_TIME]
    if awake > NO_TIME and len(slept) == 1:
        name, lasting = slept[0]
        slept = [(name, lasting / 2)] * 2
    named = [
        ("awake", before),
        *slept[:1],
        ("awake", awake),
        *slept[1:],
        ("unknown", untold),
        ("awake", after),
    ]
    return [{"stage": name, "minutes": lasting} for name, lasting in named if lasting > NO_TIME]


def _asleep(piece: Piece, minutes: dict[str, int | float]) -> float:
    """Minutes of sleep: as said, or light and deep and REM together."""
    total = minutes.get("asleep")
    staged = sum(minutes.get(name, 0) for name in STAGES)
    if total is None:
        said = piece.parts.get("asleep")
        if isinstance(said, Absent):
            raise NoValue(f"the sleep was not measured: {said.reason}.")
        if not {"light", "deep"} <= minutes.keys():
            raise Malformed(
                "", "how long the person slept is missing: send the sleep duration of the night."
            )
        return staged
    if staged > total + ROUNDED:
        raise NoValue(
            f"light, deep and REM sleep are {staged:g} minutes together, but the sleep is"
            f" {total:g}: they contradict each other."
        )
    return max(total, staged)
