"""Sleep in Open mHealth and IEEE 1752.1.

Durations have no order (`devices.kinds.sleep.pieces` says how they are laid out); the events of a
total sleep time and the episodes of a stage summary do.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from devices.kinds.openmhealth import (
    IEEE,
    OMH,
    Body,
    Older,
    Said,
    Schema,
    interval,
    minutes,
    refuse_statistic,
    time,
    time_frame,
)
from devices.kinds.pieces import Quantity
from devices.kinds.reading import Malformed

MINUTE = timedelta(minutes=1)
DURATIONS = MappingProxyType(
    {
        "total_sleep_time": "asleep",
        "light_sleep_duration": "light",
        "deep_sleep_duration": "deep",
        "rem_sleep_duration": "rem",
        "wake_after_sleep_onset": "awake",
    }
)
STATES = MappingProxyType(
    {
        "REM_sleep": "rem",
        "Light_sleep": "light",
        "Deep_sleep": "deep",
        "Unknown_sleep": "asleep",
        "Awake": "awake",
    }
)
Span = tuple[datetime, datetime, str]


def says_duration(body: Body) -> Said:
    """Time asleep within the time in bed."""
    refuse_statistic(body)
    start, end = time_frame(body)
    asleep = minutes(body["sleep_duration"], "body.sleep_duration")
    return Said(end=end, start=start, parts={"asleep": asleep}, words={})


def says_total(body: Body) -> Said:
    """Time asleep within the time in bed; with its events, also when."""
    refuse_statistic(body)
    start, end = time_frame(body)
    words: dict[str, Any] = {}
    if start is not None and body.get("sleep_events"):
        spans = [
            (*interval(event, f"body.sleep_events[{place}]"), "asleep")
            for place, event in enumerate(body["sleep_events"])
        ]
        words["stages"] = _laid_out(start, end, spans, between="awake", place="body.sleep_events")
    return Said(end=end, start=start, parts=_durations(body, "body"), words=words)


def says_episode(body: Body) -> Said:
    """An episode runs from falling asleep to waking up: the time in bed is longer by the two
    latencies. Version 1.0 may name those two moments apart from its time frame."""
    start, end = time_frame(body)
    if "initial_sleep_onset_date_time" in body and "final_awakening_date_time" in body:
        start = time(body["initial_sleep_onset_date_time"], "body.initial_sleep_onset_date_time")
        end = time(body["final_awakening_date_time"], "body.final_awakening_date_time")
    parts = _durations(body, "body")
    before = _latency(body, "latency_to_sleep_onset")
    after = _latency(body, "latency_to_arising")
    parts |= {"awake_before": before, "awake_after": after}
    try:
        start = None if start is None else start - timedelta(minutes=before.value)
        end += timedelta(minutes=after.value)
    except OverflowError:
        raise Malformed("body.effective_time_frame", "is outside of the calendar.") from None
    return Said(end=end, start=start, parts=parts, words={})


def says_stages(body: Body) -> Said:
    """Episodes of stages in order, or how long each was."""
    start, end = time_frame(body)
    summary: Body = body.get("sleep_stage_summary") or {}
    if "descriptive_statistic" in summary:
        refuse_statistic(summary)
    words: dict[str, Any] = {}
    if start is not None and body.get("sleep_stage_episodes"):
        spans = []
        for number, episode in enumerate(body["sleep_stage_episodes"]):
            place = f"body.sleep_stage_episodes[{number}]"
            found = interval(episode["sleep_stage_time_frame"]["time_interval"], place)
            spans.append((*found, STATES[episode["sleep_stage_state"]]))
        place = "body.sleep_stage_episodes"
        words["stages"] = _laid_out(start, end, spans, between="unknown", place=place)
    parts = _durations(summary, "body.sleep_stage_summary")
    if "awake_duration" in summary:
        parts["awake"] = minutes(summary["awake_duration"], "body.sleep_stage_summary")
    return Said(end=end, start=start, parts=parts, words=words)


def _durations(body: Body, place: str) -> dict[str, Quantity]:
    return {
        ours: minutes(body[theirs], f"{place}.{theirs}")
        for theirs, ours in DURATIONS.items()
        if theirs in body
    }


def _latency(body: Body, name: str) -> Quantity:
    return minutes(body[name], f"body.{name}") if name in body else Quantity(0, "min")


def _laid_out(
    start: datetime, end: datetime, spans: Iterable[Span], *, between: str, place: str
) -> list[dict[str, Any]]:
    """The stages of a time in bed in order, `between` where no span is. Raises Malformed for
    spans that overlap."""
    stages: list[dict[str, Any]] = []
    clock = start
    for since, until, stage in sorted(spans):
        if since < clock or until < since:
            raise Malformed(place, "overlap each other, or begin before the time in bed.")
        stages += _stage(between, since - clock) + _stage(stage, until - since)
        clock = until
    return stages + (_stage(between, end - clock) if end > clock else [])


def _stage(name: str, lasting: timedelta) -> list[dict[str, Any]]:
    return [{"stage": name, "minutes": lasting / MINUTE}] if lasting else []


SLEEP = "omh:sleep-duration:2.0"
TOTAL = "ieee:total-sleep-time:1.0"
TIME_FRAME: dict[str, Any] = {"$ref": "time-frame-1.x.json"}
DURATION: dict[str, Any] = {"$ref": "duration-unit-value-1.x.json"}
MOMENT: dict[str, Any] = {"$ref": "date-time-1.x.json"}
AN_INTERVAL: dict[str, Any] = {"allOf": [TIME_FRAME, {"required": ["time_interval"]}]}

SCHEMAS = (
    Schema(
        OMH,
        "sleep-duration",
        "1.0",
        says_duration,
        older=Older(
            SLEEP,
            {"effective_time_frame": TIME_FRAME, "user_notes": {"type": "string"}},
            without=("descriptive_statistic", "descriptive_statistic_denominator"),
            required=("sleep_duration",),
        ),
    ),
    Schema(OMH, "sleep-duration", "2.0", says_duration),
    Schema(
        OMH,
        "sleep-episode",
        "1.0",
        says_episode,
        older=Older(
            "omh:sleep-episode:1.1",
            {
                "effective_time_frame": TIME_FRAME,
                "initial_sleep_onset_date_time": MOMENT,
                "final_awakening_date_time": MOMENT,
                "total_sleep_period_duration": DURATION,
            },
            without=("wake_after_sleep_onset",),
        ),
    ),
    Schema(OMH, "sleep-episode", "1.1", says_episode),
    Schema(IEEE, "sleep-episode", "1.0", says_episode),
    Schema(
        OMH,
        "total-sleep-time",
        "1.0",
        says_total,
        older=Older(
            SLEEP,
            {"effective_time_frame": AN_INTERVAL, "total_sleep_time": DURATION},
            without=("sleep_duration",),
            required=("total_sleep_time", "effective_time_frame"),
        ),
    ),
    Schema(IEEE, "total-sleep-time", "1.0", says_total),
    Schema(IEEE, "sleep-stage-summary", "1.0", says_stages),
)
