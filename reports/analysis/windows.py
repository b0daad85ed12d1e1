"""Where a reading stands in the person's day, and which readings are one session."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from reports.analysis.facts import NightFacts, Placed, Session
from reports.analysis.figures import means
from reports.analysis.measured import Reading, Window
from reports.analysis.policy import Settings

EXCLUDING_FLAGS = ("body_movement", "cuff_loose", "improper_position")
DAY_1 = "day_1"

NOON = 12
ONE_DAY = timedelta(days=1)


def place(
    readings: Iterable[Reading],
    nights: Sequence[NightFacts],
    *,
    zone: ZoneInfo,
    settings: Settings,
) -> list[Placed]:
    """Every reading with its local time, day, window and reason for exclusion, in time order.

    The order does not depend on that of the input: equal times are told apart by their values.
    """
    asleep = sorted(
        (*(time.astimezone(UTC) for time in night.asleep), night.date)
        for night in nights
        if night.asleep is not None
    )
    placed = []
    position = 0
    for reading in sorted(readings, key=_order):
        instant, local = reading.measured_at.astimezone(UTC), reading.measured_at.astimezone(zone)
        while position < len(asleep) and asleep[position][1] <= instant:
            position += 1
        night = asleep[position] if position < len(asleep) else None
        waking = night[2] if night is not None and night[0] <= instant else None
        window, day = _window(reading, local, waking, settings)
        placed.append(Placed(reading, local, day, window, _excluding_flag(reading)))
    return placed


def sessions(placed: Sequence[Placed], settings: Settings) -> tuple[Session, ...]:
    """Readings of one device within the gap of the session's FIRST reading.

    Counting from the first and not from the one before keeps a session to ten minutes however
    often somebody measures. A session stands in the window and day of its first reading.
    """
    groups: list[list[Placed]] = []
    open_groups: dict[str, list[Placed]] = {}
    for item in placed:
        group = open_groups.get(item.reading.device)
        if group is None or item.instant - group[0].instant > settings.session_gap:
            group = open_groups[item.reading.device] = []
            groups.append(group)
        group.append(item)
    return tuple(_session(group) for group in groups)


def clock_window(local: datetime, settings: Settings) -> tuple[Window, date]:
    """The window by the clock alone, and the day: until `evening_to` it is still yesterday."""
    at, day = local.time(), local.date()
    if settings.morning_from <= at < settings.morning_to:
        return Window.MORNING, day
    if at >= settings.evening_from:
        return Window.EVENING, day
    if at < settings.evening_to:
        return Window.EVENING, day - ONE_DAY
    return Window.OTHER, day


def _window(
    reading: Reading, local: datetime, waking: date | None, settings: Settings
) -> tuple[Window, date]:
    if waking is not None:
        return Window.NIGHT, waking
    if reading.by_timer:
        # Without a recorded sleep, what is measured in the afternoon or later is the coming night.
        return Window.NIGHT, local.date() + (ONE_DAY if local.hour >= NOON else timedelta(0))
    return clock_window(local, settings)


def _excluding_flag(reading: Reading) -> str | None:
    return next((flag for flag in EXCLUDING_FLAGS if flag in reading.flags), None)


def _session(group: Sequence[Placed]) -> Session:
    used = [item for item in group if item.used]
    values = means(used or group)
    assert values.systolic is not None
    assert values.diastolic is not None
    first = group[0]
    return Session(
        started_at=first.local,
        day=first.day,
        window=first.window,
        systolic=values.systolic,
        diastolic=values.diastolic,
        pulse=values.pulse,
        n=values.n,
        used=bool(used),
        readings=tuple(map(attrgetter("reading"), group)),
    )


def _order(reading: Reading) -> tuple[object, ...]:
    return (
        reading.measured_at.astimezone(UTC),
        reading.device,
        reading.id,
        reading.systolic,
        reading.diastolic,
        reading.pulse or 0,
        reading.mean_arterial or 0,
        sorted(reading.flags),
        reading.by_timer,
    )
