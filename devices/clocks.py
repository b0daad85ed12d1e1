"""How far a device's clock is off, from when its posts arrived; a reading at its right time. Pure.

A lag is the seconds from the latest time that a post names to the post's arrival. Sending late only
makes it larger, so the smallest lag says most. A clock that runs ahead makes lags negative, which
nothing else does: that is certain from one post. A clock that runs behind looks like a device that
sends late, unless its smallest lags are the same each time: then it sends at once, and the lag is
the clock's. A device that says when it sends (`sent_at`) leaves nothing to estimate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from devices.kinds.reading import Reading

# Networks, gateways and people who stand up first: this says nothing about a clock.
BEARABLE = 120
# So many recent posts are remembered.
KEPT = 16
# A device whose clock is behind sends at once at least this often, within this many seconds.
AGREEING = 4
WITHIN = 90
TIMES = ("at", "until")


@dataclass(frozen=True, slots=True)
class Drift:
    """`seconds` that the clock is ahead of ours (behind: negative). `certain`: not an estimate that
    late sending could explain."""

    seconds: int
    certain: bool

    @property
    def is_off(self) -> bool:
        """Whether the clock should be set."""
        return abs(self.seconds) > BEARABLE

    @property
    def minutes(self) -> int:
        """Whole minutes ahead; behind: negative."""
        return round(self.seconds / 60)


def drift(*, lags: Sequence[int], sent_lag: int | None = None) -> Drift | None:
    """What the lags of recent posts say of the clock; None while they say nothing.

    Args:
        lags: seconds from the latest time in a post to its arrival, at most one a post.
        sent_lag: seconds from the device's own time of sending to the arrival, where it says so.
    """
    if sent_lag is not None:
        return Drift(-sent_lag, certain=True)
    if not lags:
        return None
    smallest = sorted(lags)[:AGREEING]
    if smallest[0] < -BEARABLE:
        return Drift(-smallest[0], certain=True)
    if smallest[0] <= BEARABLE:
        return Drift(0, certain=True)
    if len(smallest) == AGREEING and smallest[-1] - smallest[0] <= WITHIN:
        return Drift(-smallest[0], certain=False)
    return None


def shifted(reading: Reading, ahead: timedelta) -> Reading:
    """The reading at its right time, with what the device's clock said among its own words."""
    fields = getattr(reading, "__struct_fields__", ())
    changes: dict[str, object] = {
        name: getattr(reading, name) - ahead for name in TIMES if name in fields
    }
    if "original" in fields:
        changes["original"] = {
            **(getattr(reading, "original", None) or {}),
            "clock": reading.at.isoformat(),
            "clock_ahead_seconds": round(ahead.total_seconds()),
        }
    right: Reading = msgspec.structs.replace(reading, **changes)  # type: ignore[type-var]
    return right
