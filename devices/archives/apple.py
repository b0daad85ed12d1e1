"""The export of Apple Health: blood pressure and sleep, of the app or device that measured each."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from devices.archives import apple_sleep, clocks
from devices.archives.apple_xml import Element, claims, elements
from devices.archives.clocks import NoTime
from devices.archives.found import Found
from devices.archives.parts import Part
from devices.archives.values import NoNumber, needed

__all__ = ["claims", "read"]

SOURCE = "apple-health"
PRESSURE = "HKCorrelationTypeIdentifierBloodPressure"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
SIDES = {
    "HKQuantityTypeIdentifierBloodPressureSystolic": "systolic",
    "HKQuantityTypeIdentifierBloodPressureDiastolic": "diastolic",
}
WANTED = frozenset({PRESSURE, SLEEP, *SIDES})
UNITS = ("mmHg", "kPa")
TIMEZONE = "HKTimeZone"
# People name these after themselves, and devices say nothing about people.
NAMED_AFTER_PEOPLE = ("Apple Watch", "iPhone", "iPad", "iPod", "Mac")
_OF_DEVICE = re.compile(r"(manufacturer|model|hardware):(.*?)(?=, \w+:|>?$)")


def read(parts: Sequence[Part], zone: ZoneInfo, notes: Counter[str]) -> Iterator[Found]:
    """Its readings: pressures as they come, then the nights. `notes` counts what was passed over
    or assumed. Times have their offset in the file; `zone` is asked for nothing."""
    for part in parts:
        yield from _of(part, zone, notes)


def _of(part: Part, zone: ZoneInfo, notes: Counter[str]) -> Iterator[Found]:
    sources: dict[str, int] = {}
    models: dict[int, str] = {}
    nights = apple_sleep.Nights()
    sides: Counter[str] = Counter()
    for element in elements(part, WANTED):
        kind = element.attributes["type"]
        place = f"{part.name} line {element.line}"
        if kind in SIDES:
            sides["alone"] += 1
        elif kind == PRESSURE:
            # An export lists the two values of a pair once more by themselves.
            sides["in pairs"] += sum(a.get("type") in SIDES for _, a in element.inside)
            yield _pressure(place, element, zone)
        else:
            label = element.attributes.get("sourceName", "")
            source = sources.setdefault(label, len(sources))
            models[source] = models.get(source) or _model(element.attributes)
            problem = _interval(element, source, nights, zone)
            if problem is not None:
                yield Found(place, SOURCE, _as_item(element), label, models[source], problem)
    notes["values of a blood pressure without their pair"] += max(
        sides["alone"] - sides["in pairs"], 0
    )
    labels = list(sources)
    for night in nights.nights():
        if any(apple_sleep.is_asleep(stage) for stage, _ in night.stages):
            yield _night(part.name, night, labels[night.source], models[night.source])
        else:
            notes["times in bed without any sleep"] += 1


def _pressure(place: str, pair: Element, zone: ZoneInfo) -> Found:
    attributes = pair.attributes
    label, model = attributes.get("sourceName", ""), _model(attributes)
    item: dict[str, Any] = {"kind": "blood_pressure", "measured_at": attributes.get("startDate")}
    units = []
    for _, inner in pair.inside:
        side = SIDES.get(inner.get("type", ""))
        if side is not None:
            item[side] = inner.get("value", "")
            units.append(inner.get("unit", ""))
            model = model or _model(inner)
    try:
        at = _moment(pair, "startDate", zone)
        pressures = {side: needed(item.get(side, ""), side) for side in SIDES.values()}
    except (NoTime, NoNumber) as error:
        return Found(place, SOURCE, item, label, model, str(error))
    if len(set(units)) != 1 or units[0] not in UNITS:
        problem = f"the unit {' and '.join(units)[:40]!r} is none of {', '.join(UNITS)}: name it."
        return Found(place, SOURCE, item, label, model, problem)
    item |= {"measured_at": clocks.written(at), **pressures, "unit": units[0]}
    return Found(place, SOURCE, item, label, model)


def _interval(
    element: Element, source: int, nights: apple_sleep.Nights, zone: ZoneInfo
) -> str | None:
    """Add an interval of sleep, or say why not."""
    value = element.attributes.get("value", "")
    if value not in apple_sleep.VALUES:
        return f"{value[:60]!r} is no value of sleep that is known."
    try:
        start, end = _moment(element, "startDate", zone), _moment(element, "endDate", zone)
    except NoTime as error:
        return str(error)
    if end <= start:
        return "it does not end after it starts."
    nights.add(source, start, end, apple_sleep.CODES.index(value))
    return None


def _as_item(element: Element) -> dict[str, Any]:
    """A broken interval as what it might be corrected to: a night of its own."""
    attributes = element.attributes
    _, stage = apple_sleep.VALUES.get(attributes.get("value", ""), (0, "unknown"))
    return {
        "kind": "sleep",
        "started_at": attributes.get("startDate"),
        "ended_at": attributes.get("endDate"),
        "stages": [{"stage": stage, "minutes": None}],
    }


def _night(name: str, night: apple_sleep.Night, label: str, model: str) -> Found:
    item = {
        "kind": "sleep",
        "started_at": clocks.written(night.started_at),
        "ended_at": clocks.written(night.ended_at),
        "stages": [{"stage": stage, "minutes": length / 60} for stage, length in night.stages],
    }
    return Found(f"{name} night of {night.started_at:%Y-%m-%d %H:%M}", SOURCE, item, label, model)


def _moment(element: Element, name: str, zone: ZoneInfo) -> datetime:
    """A time of an element, by the clock where it was measured: the export writes all times by the
    phone's clock of the day of the export, and beside some the zone."""
    at = clocks.moment(element.attributes.get(name, ""), zone)
    for _, inner in element.inside:
        if inner.get("key") == TIMEZONE:
            try:
                return at.astimezone(clocks.zone_of(inner.get("value", "")))
            except (NoTime, OverflowError):
                return at
    return at


def _model(attributes: dict[str, str]) -> str:
    """What measured, in words that name nobody: its maker and model, else the app."""
    said = dict(_OF_DEVICE.findall(attributes.get("device", "")))
    words = (said.get("manufacturer", ""), said.get("hardware") or said.get("model", ""))
    if any(words):
        return " ".join(filter(None, words))[:100]
    name = attributes.get("sourceName", "")
    return next((known for known in NAMED_AFTER_PEOPLE if known in name), name)[:100]
