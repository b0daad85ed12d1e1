"""Good bodies to start from, and the words of each format."""

import gzip
import json
from typing import Any

from devices.wire.fhir.observations import CODES
from devices.wire.openmhealth.reader import SCHEMAS
from tests.unit.devices.saying import (
    ABSENT,
    AT,
    FLAG,
    NIGHT,
    SLOT,
    UCUM,
    bundle,
    component,
    heart_rate,
    in_bed,
    observation,
    panel,
    point,
    pressure,
    quantity,
    rate,
    sleep,
    url,
)

ITEM = {"kind": "blood_pressure", "measured_at": AT, "systolic": 128, "diastolic": 82, "pulse": 64,
        "id": "1841", "device": "A-1", "user_slot": 1, "unit": "mmHg", "mean_arterial": 97.5,
        "flags": ["irregular_pulse"], "position": "sitting", "body_site": "left"}  # fmt: skip
SLEEP = {"kind": "sleep", "started_at": NIGHT["start"], "ended_at": NIGHT["end"],
         "stages": [{"stage": "light", "minutes": 480}]}  # fmt: skip
HYPNOGRAM = {"kind": "sleep", "started_at": NIGHT["start"], "ended_at": NIGHT["end"],
             "hypnogram": "WW123R?LD", "epoch_seconds": 30}  # fmt: skip
BLE = {"kind": "ble", "characteristic": "2A35", "value": "1e780050005d00ea070a01071e0048000100",
       "received_at": AT, "utc_offset": "+09:00", "model": "Beurer BM85"}  # fmt: skip
SCALE = {"kind": "weight", "measured_at": AT, "weight": 64.25, "unit": "kg", "body_fat": 23.4,
         "bmi": 22.1, "impedance": 512}  # fmt: skip
OXIMETER = {"kind": "oximetry", "started_at": NIGHT["start"],
            "ended_at": "2026-11-01T23:00:12+09:00", "sample_seconds": 4,
            "spo2": [97, None, 96], "pulse": [60, None, 61]}  # fmt: skip
FINGER = {"kind": "oximetry", "measured_at": AT, "spo2": 97, "pulse": 61}
COLUMNS = {"kind": "blood_pressure", "columns": {
    "measured_at": [AT, AT], "systolic": [128, 129], "diastolic": [82, 83], "pulse": [None, 64],
}}  # fmt: skip
CUFF = {"device": {"reference": "#c"},
        "contained": [{"resourceType": "Device", "id": "c", "serialNumber": "A-1"}]}  # fmt: skip
EPISODE = {
    "effective_time_frame": in_bed(),
    "latency_to_sleep_onset": {"value": 20, "unit": "min"},
    "total_sleep_time": {"value": 7, "unit": "h"},
    "sleep_stage_summary": {"total_sleep_time": {"value": 7, "unit": "h"}},
    "sleep_stage_episodes": [
        {"sleep_stage_state": "REM_sleep", "sleep_stage_time_frame": in_bed()}
    ],
    "sleep_events": [in_bed()["time_interval"]],
}
MOMENT = {"effective_time_frame": {"date_time": AT}}
SLOTTED = [{"url": SLOT, "valueUnsignedInt": 1}, {"url": FLAG, "valueCode": "cuff_loose"}]
TREES: dict[str, list[Any]] = {
    "json": [
        *(ITEM, SLEEP, HYPNOGRAM, BLE, SCALE, OXIMETER, FINGER, COLUMNS),
        {"readings": [ITEM, SLEEP, HYPNOGRAM, BLE, SCALE, OXIMETER]},
    ],
    "fhir": [
        panel(extension=SLOTTED, **CUFF),
        panel(dataAbsentReason=ABSENT, component=[component("8480-6", 16.0, "kPa")]),
        sleep("93832-4", 7),
        observation("29463-7", effectiveDateTime=AT, valueQuantity=quantity(64.3, "kg"),
                    component=[component("41982-0", 23.4, "%")]),
        bundle(observation("59408-5", effectiveDateTime=AT, valueQuantity=quantity(97, "%")),
               heart_rate()),
        bundle(panel(hasMember=[{"reference": url(1)}]), heart_rate(), type_="transaction"),
        bundle(sleep("93832-4", 7), sleep("93831-6", 1.5), sleep("93829-0", 90, "min")),
    ],
    "openmhealth": [
        point("body-weight", "3.0", {"body_weight": {"value": 64.3, "unit": "kg"}, **MOMENT}),
        point("oxygen-saturation", "2.0",
              {"oxygen_saturation": {"value": 97, "unit": "%"}, **MOMENT}),
        point("blood-pressure", "4.0", pressure(), device="A-1", user_slot=1),
        [point("heart-rate", "2.0", rate()), point("blood-pressure", "1.0", pressure())],
        *(
            point(name, version, {**EPISODE, "sleep_duration": EPISODE["total_sleep_time"]},
                  namespace=namespace)
            for namespace, name, version in (schema_id.split(":") for schema_id in SCHEMAS)
        ),
    ],
}  # fmt: skip
SEEDS: dict[str, list[bytes]] = {
    **{name: [json.dumps(tree).encode() for tree in trees] for name, trees in TREES.items()},
    "ndjson": [b"\n".join(json.dumps(item).encode() for item in (ITEM, SLEEP, HYPNOGRAM, BLE))],
    "ble": [
        bytes.fromhex(text)
        for text in (
            "1e780050005d00ea070b02071e004800010000",
            "566a0047000000ea07080b121f00003f000000",
            "00780050005d00",
            "01a0f06af0ff07",
        )
    ],
    "gzip": [gzip.compress(b"reading " * 40), gzip.compress(b"a") + gzip.compress(b"b" * 200_000)],
}


def _words(tree: Any) -> set[str]:
    if isinstance(tree, dict):
        return set(tree).union(*(_words(value) for value in tree.values()))
    if isinstance(tree, list):
        return set().union(*map(_words, tree))
    return {tree} if isinstance(tree, str) else set()


def words(name: str) -> list[bytes]:
    """The keys and texts of a format: what a mutation may put in whole."""
    codes = {code for kind in CODES.values() for code in kind.names}
    found = _words(TREES.get(name, TREES["json"])) | (codes | {UCUM} if name == "fhir" else set())
    quoted = [json.dumps(word).encode() for word in sorted(found)]
    return [*quoted, b"1e308", b"-0", b"\\ud800", b"\\u0000", b"null", b"NaN", b"9" * 40, b"[]"]
