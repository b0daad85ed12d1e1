"""CSV of OMRON connect: Japanese and English of Asia, and the report that the American app mails.

Headers as seen in files that people published: docs/formats/archives.md names them.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from devices.archives import clocks
from devices.archives.clocks import NoTime
from devices.archives.found import Found, Refused
from devices.archives.parts import Part
from devices.archives.tables import Table, header_in, normal, table
from devices.archives.values import NoNumber, needed, number

SOURCE = "omron-connect"
# What a column means, by its header in normal form: one width, small letters, no spaces.
COLUMNS = {
    "date": ("測定日", "測定日時", "measurementdate", "date"),
    "time": ("測定時刻", "time"),
    "zone": ("タイムゾーン", "timezone"),
    "systolic": ("最高血圧", "sys", "systolic"),
    "diastolic": ("最低血圧", "dia", "diastolic"),
    "pulse": ("脈拍", "pulse"),
    "irregular_pulse": ("不規則脈波検出", "不規則脈波", "irregularheartbeat"),
    "body_movement": ("体動検出", "体動", "bodymovement"),
    "cuff_loose": ("ぴったり巻き", "カフぴったり巻き", "cuffwrapguide"),
    "improper_position": ("測定姿勢ガイド", "positioningindicator"),
    "model": ("機種", "機種名", "device", "devicemodelname", "model"),
}
FLAGS = ("irregular_pulse", "body_movement", "cuff_loose", "improper_position")
UNITS = {"mmhg": "mmHg", "kpa": "kPa"}
NEEDED = ("date", "systolic", "diastolic")
RAISED = frozenset(
    {
        "検出",
        "あり",
        "有",
        "ng",
        "高い",
        "低い",
        "detected",
        "yes",
        "1",
        "high",
        "low",
        "○",
        "toohigh",
        "toolow",
    }
)
CLEAR = frozenset(
    {
        "",
        "-",
        "未検出",
        "なし",
        "無",
        "ok",
        "正しい",
        "notdetected",
        "undetected",
        "no",
        "0",
        "correct",
        "good",
    }
)


def claims(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    places, _ = _places(header_in(head))
    # A date and two pressures alone are anybody's: the zone, the model or the symptoms are not.
    header = set(header_in(head))
    known = places.keys() & {"zone", "model"} or {"symptoms", "consumed", "truread"} & header
    return all(name in places for name in NEEDED) and bool(known)


def read(parts: Sequence[Part], zone: ZoneInfo, notes: Counter[str]) -> Iterator[Found]:
    """Its readings. `notes` counts what was passed over or assumed."""
    for part in parts:
        yield from _rows(table(part), zone, notes)


def _places(header: Sequence[str]) -> tuple[dict[str, int], str]:
    """Where each column stands, and the unit of the pressures."""
    places: dict[str, int] = {}
    unit = "mmHg"
    for place, written in enumerate(header):
        name, _, within = written.partition("(")
        for meaning, names in COLUMNS.items():
            if name in names and meaning not in places:
                places[meaning] = place
                if meaning == "systolic":
                    unit = UNITS.get(within.rstrip(")"), unit)
    return places, unit


def _rows(found: Table, zone: ZoneInfo, notes: Counter[str]) -> Iterator[Found]:
    places, unit = _places(found.header)
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise Refused(
            f"{found.part.name}, line 1: there is no column for {', '.join(missing)}: is it the"
            " blood-pressure CSV of OMRON connect?"
        )
    ours = True
    for line, cells in found.rows():
        header = tuple(normal(cell) for cell in cells)
        if header[0] == found.header[0]:
            # The mailed report holds tables of steps and weight below, each with its header.
            ours = header[: len(found.header)] == found.header
        elif ours:
            place = f"{found.part.name} line {line}"
            yield _found(place, _named(places, cells), unit, zone, notes)
        else:
            notes["lines of other tables"] += 1


def _named(places: Mapping[str, int], cells: Sequence[str]) -> dict[str, str]:
    return {
        name: unicodedata.normalize("NFKC", cells[place]).strip() if place < len(cells) else ""
        for name, place in places.items()
    }


def _found(
    place: str, row: Mapping[str, str], unit: str, zone: ZoneInfo, notes: Counter[str]
) -> Found:
    written = f"{row['date']} {row.get('time', '')}".strip()
    item: dict[str, Any] = {"kind": "blood_pressure", "measured_at": written}
    item |= {name: row[name] for name in ("systolic", "diastolic", "pulse") if name in row}
    model = row.get("model", "")
    if "\x00" in "".join(row.values()):
        return Found(place, SOURCE, item, problem="holds a NUL character: take it out.")
    try:
        own = clocks.zone_of(row["zone"]) if row.get("zone", "-") not in ("", "-") else zone
        at = clocks.moment(written, own)
        pressures = (
            needed(row["systolic"], "systolic"),
            needed(row["diastolic"], "diastolic"),
        )
        pulse = number(row.get("pulse", ""), "pulse")
    except (NoTime, NoNumber) as error:
        return Found(place, SOURCE, item, model=model, problem=str(error))
    notes["in an hour that the clock showed twice"] += clocks.is_twice(at)
    item = {
        "kind": "blood_pressure",
        # Times are to the minute, and two readings fit into one: the values tell them apart.
        "id": f"{written} {'/'.join(map(str, (*pressures, pulse or '-')))}",
        "measured_at": clocks.written(at),
        "systolic": pressures[0],
        "diastolic": pressures[1],
        "unit": unit,
    }
    if pulse is not None:
        item["pulse"] = pulse
    if flags := _flags(row, notes):
        item["flags"] = flags
    return Found(place, SOURCE, item, model=model)


def _flags(row: Mapping[str, str], notes: Counter[str]) -> list[str]:
    flags = []
    for flag in FLAGS:
        word = normal(row.get(flag, ""))
        if word in RAISED:
            flags.append(flag)
        elif word not in CLEAR:
            notes[f"words for {flag} that are not known: no flag was set"] += 1
    return flags
