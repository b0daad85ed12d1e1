"""Open mHealth and IEEE 1752.1 data points to readings, without a database."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from devices.kinds.blood_pressure.payload import BloodPressure
from devices.kinds.oximetry.payload import Oximetry
from devices.kinds.reading import Malformed
from devices.kinds.sleep.payload import Night, staged
from devices.wire.batch import Undecodable, Unreadable
from devices.wire.openmhealth import validating
from devices.wire.openmhealth.reader import SCHEMAS, read
from tests.unit.devices.saying import AT, NIGHT, UUID, in_bed, point, pressure, rate

EXAMPLES = Path(__file__).parent / "openmhealth_examples"
PRESSURES = [s for s in SCHEMAS if s.startswith("omh:blood-pressure")]
STATISTIC = "with-descriptive-statistic.json"


def said(tree: Any) -> Any:
    (entry,) = read(json.dumps(tree).encode())
    return entry.says


def refused(tree: Any) -> tuple[str, str]:
    found = said(tree)
    assert isinstance(found, Malformed), found
    return found.field, str(found)


def examples(kind: str) -> list[Any]:
    found = sorted(EXAMPLES.glob(f"*/{kind}/*.json"))
    assert found
    return [pytest.param(p, id=f"{p.parts[-3]}/{p.name}") for p in found]


def as_point(path: Path) -> dict[str, Any]:
    name, _, version = path.parts[-3].rpartition("-")
    return point(name, version, json.loads(path.read_text()))


@pytest.mark.parametrize("path", examples("shouldPass"))
def test_what_must_pass(path: Path) -> None:
    if path.name == STATISTIC:
        # Valid, and yet no reading: the words are ours and not the schema's.
        assert refused(as_point(path))[0] == "body.descriptive_statistic"
    else:
        assert isinstance(said(as_point(path)), BloodPressure | Night)


@pytest.mark.parametrize("path", examples("shouldFail"))
def test_what_must_fail(path: Path) -> None:
    field, words = refused(as_point(path))
    assert field.startswith("body")
    assert "published schema" in words or "write times like" in words


def test_whole_data_points() -> None:
    by_name = {p.stem: json.loads(p.read_text()) for p in (EXAMPLES / "data-points").glob("*")}
    taken = said(by_name.pop("omh_blood-pressure_4-0"))
    assert isinstance(taken, BloodPressure)
    assert (taken.systolic, taken.diastolic, taken.utc_offset) == (115, 60, -480)
    oxygen = said(by_name.pop("omh_oxygen-saturation_2-0"))
    assert isinstance(oxygen, Oximetry)
    assert oxygen.spo2 == [95]
    assert "by itself" in refused(by_name.pop("omh_heart-rate_2-0"))[1]
    assert {refused(other)[0] for other in by_name.values()} == {"header.schema_id"}


@pytest.mark.parametrize("schema", PRESSURES)
def test_every_version_of_blood_pressure(schema: str) -> None:
    version = schema.rpartition(":")[2]
    found = said(point("blood-pressure", version, pressure()))
    assert isinstance(found, BloodPressure)
    assert (found.systolic, found.diastolic, found.id) == (128, 82, "")
    assert found.at == datetime(2026, 11, 1, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("version", "fields", "place"),
    [
        ("1.0", {"position_during_measurement": "sitting"}, None),
        ("1.0", {"position_during_measurement": "semi-recumbent"},
         "body.position_during_measurement"),
        ("2.0", {"body_posture": "semi-recumbent"}, None),
        ("2.0", {"body_posture": "upside down"}, "body.body_posture"),
        ("2.0", {"measurement_location": "left wrist"}, "body"),  # closed: no further fields
        ("2.0", {"user_notes": 3}, "body.user_notes"),
        ("3.0", {"measurement_location": "left wrist"}, None),
        ("3.0", {"temporal_relationship_to_physical_activity": "whatever"}, None),
        ("3.1", {"temporal_relationship_to_physical_activity": "whatever"},
         "body.temporal_relationship_to_physical_activity"),
        ("4.0", {"effective_time_frame": {"date_time": "2026-11-02"}}, "body.effective_time_frame"),
        ("4.0", {"effective_time_frame": {"date_time": "2026-02-30T07:00:00Z"}},
         "body.effective_time_frame"),
        ("4.0", {"effective_time_frame": {"date_time": "2026-11-02T07:00:00"}},
         "body.effective_time_frame"),
        ("4.0", {"systolic_blood_pressure": {"value": "128", "unit": "mmHg"}},
         "body.systolic_blood_pressure.value"),
    ],
)  # fmt: skip
def test_versions_differ(version: str, fields: dict[str, Any], place: str | None) -> None:
    tree = point("blood-pressure", version, pressure(**fields))
    if place is None:
        assert isinstance(said(tree), BloodPressure)
    else:
        assert refused(tree)[0] == place


def test_what_a_schema_does_not_know_is_passed_over() -> None:
    # Version 1.0 knows no body_posture: nothing checked it, so nothing is made of it.
    found = said(point("blood-pressure", "1.0", pressure(body_posture={"no": "posture"})))
    assert isinstance(found, BloodPressure)
    assert found.original is None


def test_a_time_is_required_even_where_the_schema_does_not() -> None:
    body = pressure()
    del body["effective_time_frame"]
    assert refused(point("blood-pressure", "1.0", body))[0] == "body.effective_time_frame"
    assert refused(point("blood-pressure", "4.0", body))[0] == "body"


def test_a_part_of_a_day_is_no_exact_time() -> None:
    frame = {"time_interval": {"date": "2026-11-02", "part_of_day": "morning"}}
    tree = point("blood-pressure", "3.0", pressure(effective_time_frame=frame))
    assert "no exact time" in refused(tree)[1]


def test_posture_and_place_are_kept() -> None:
    words = {"body_posture": "sitting", "measurement_location": "left upper arm"}
    found = said(point("blood-pressure", "4.0", pressure(**words)))
    assert isinstance(found, BloodPressure)
    assert found.original is not None
    assert found.original["position"] == "sitting"
    assert found.original["body_site"] == "left upper arm"


@pytest.mark.parametrize(
    ("interval", "second"),
    [
        ({"start_date_time": AT, "end_date_time": "2026-11-02T07:00:40+09:00"}, 40),
        ({"start_date_time": AT, "duration": {"value": 0.5, "unit": "min"}}, 30),
        ({"end_date_time": AT, "duration": {"value": 30, "unit": "sec"}}, 0),
    ],
)
def test_an_interval_of_measuring(interval: dict[str, Any], second: int) -> None:
    frame = {"time_interval": interval}
    found = said(point("blood-pressure", "4.0", pressure(effective_time_frame=frame)))
    assert isinstance(found, BloodPressure)
    assert found.at.second == second


@pytest.mark.parametrize(
    "interval",
    [
        {"start_date_time": AT, "duration": {"value": 1, "unit": "wk"}},
        {"start_date_time": AT, "end_date_time": "2026-11-01T07:00:00+09:00"},
        {"start_date_time": AT, "duration": {"value": 1, "unit": "yr"}},
        {"start_date_time": AT, "duration": {"value": 1e300, "unit": "d"}},
        {"start_date_time": "9999-12-31T23:00:00Z", "duration": {"value": 9, "unit": "h"}},
    ],
)
def test_an_interval_that_is_none_of_measuring(interval: dict[str, Any]) -> None:
    frame = {"time_interval": interval}
    refused(point("blood-pressure", "4.0", pressure(effective_time_frame=frame)))


def test_a_heart_rate_joins_its_blood_pressure() -> None:
    points = [point("heart-rate", "2.0", rate(64)), point("blood-pressure", "4.0", pressure())]
    batch = read(json.dumps(points).encode())
    first, second = (entry.says for entry in batch)
    assert isinstance(first, BloodPressure)
    assert (first, first.pulse) == (second, 64)
    assert read(batch.text(1).encode())[1].says == first
    apart = [points[0], point("blood-pressure", "4.0", pressure(), device="B-2")]
    found = read(json.dumps(apart).encode())
    assert isinstance(found[0].says, Malformed)
    assert isinstance(found[1].says, BloodPressure)


# --- headers -----------------------------------------------------------------------------

BEFORE = {
    "id": "p-1",
    "creation_date_time": AT,
    "schema_id": {"namespace": "omh", "name": "blood-pressure", "version": "4.0"},
    "acquisition_provenance": {"source_name": "cuff", "source_data_point_id": "1841"},
    "user_id": "somebody",
}


def test_the_header_before_ieee_1752() -> None:
    (entry,) = read(json.dumps({"header": BEFORE, "body": pressure()}).encode())
    assert isinstance(entry.says, BloodPressure)
    # The data point's own id comes back; the device's is the reading's.
    assert (entry.id, entry.says.id) == ("p-1", "1841")


def test_our_two_fields_of_a_header() -> None:
    tree = point("blood-pressure", "4.0", pressure(), device="A-1", user_slot=2)
    (entry,) = read(json.dumps(tree).encode())
    assert isinstance(entry.says, BloodPressure)
    assert (entry.device, entry.id, entry.says.user_slot, entry.says.id) == ("A-1", UUID, 2, "")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"uuid": "7"}, "header.uuid"),
        ({"source_creation_date_time": "yesterday"}, "header.source_creation_date_time"),
        ({"modality": "guessed"}, "header.modality"),
        ({"schema_id": None}, "header.schema_id"),
        ({"schema_id": {"namespace": "omh", "name": "blood-pressure", "version": "9.0"}},
         "header.schema_id"),
        ({"user_slot": 256}, "user_slot"),
        ({"user_slot": "2"}, "header.user_slot"),
        ({"device": 7}, "header.device"),
        ({"external_datasheets": [{"datasheet_type": "hardware"}]},
         "header.external_datasheets.0"),
    ],
)  # fmt: skip
def test_headers_that_are_refused(fields: dict[str, Any], place: str) -> None:
    assert refused(point("blood-pressure", "4.0", pressure(), **fields))[0] == place


@pytest.mark.parametrize("missing", ["id", "creation_date_time", "schema_id"])
def test_an_old_header_needs_its_three(missing: str) -> None:
    header = {name: value for name, value in BEFORE.items() if name != missing}
    assert refused({"header": header, "body": pressure()})[0] == "header"


# --- sleep -------------------------------------------------------------------------------


def night(tree: Any) -> tuple[tuple[str, float], ...]:
    found = said(tree)
    assert isinstance(found, Night), found
    return staged(found.stages, found.microseconds)


def lasting(value: float, unit: str = "h") -> dict[str, Any]:
    return {"value": value, "unit": unit}


@pytest.mark.parametrize(
    ("name", "version", "namespace", "field"),
    [
        ("sleep-duration", "1.0", "omh", "sleep_duration"),
        ("sleep-duration", "2.0", "omh", "sleep_duration"),
        ("total-sleep-time", "1.0", "omh", "total_sleep_time"),
        ("total-sleep-time", "1.0", "ieee", "total_sleep_time"),
    ],
)
def test_time_asleep(name: str, version: str, namespace: str, field: str) -> None:
    body = {field: lasting(450, "min"), "effective_time_frame": in_bed()}
    tree = point(name, version, body, namespace=namespace)
    assert night(tree) == (("asleep", 450), ("unknown", 30))
    no_time = point(name, version, {field: lasting(7)}, namespace=namespace)
    assert refused(no_time)[0] in ("body", "body.effective_time_frame")


def test_a_moment_is_no_night() -> None:
    body = {"sleep_duration": lasting(7), "effective_time_frame": {"date_time": AT}}
    assert "a beginning and an end" in refused(point("sleep-duration", "1.0", body))[1]


def test_sleep_events_have_an_order() -> None:
    events = [
        in_bed("2026-11-01T23:30:00+09:00", "2026-11-02T03:00:00+09:00")["time_interval"],
        in_bed("2026-11-02T03:15:00+09:00", "2026-11-02T06:45:00+09:00")["time_interval"],
    ]
    body = {"total_sleep_time": lasting(7), "effective_time_frame": in_bed()}
    tree = point("total-sleep-time", "1.0", {**body, "sleep_events": events}, namespace="ieee")
    assert night(tree) == (
        ("awake", 30), ("asleep", 210), ("awake", 15), ("asleep", 210), ("awake", 15)
    )  # fmt: skip
    overlapping = {**body, "sleep_events": [events[0], events[0]]}
    tree = point("total-sleep-time", "1.0", overlapping, namespace="ieee")
    assert "overlap" in refused(tree)[1]


def test_an_episode_is_shorter_than_the_time_in_bed() -> None:
    body = {
        "effective_time_frame": in_bed("2026-11-01T23:20:00+09:00", "2026-11-02T06:50:00+09:00"),
        "latency_to_sleep_onset": lasting(20, "min"),
        "latency_to_arising": lasting(10, "min"),
        "total_sleep_time": lasting(7),
        "light_sleep_duration": lasting(4),
        "deep_sleep_duration": lasting(1.5),
        "rem_sleep_duration": lasting(1.5),
        "wake_after_sleep_onset": lasting(30, "min"),
    }
    tree = point("sleep-episode", "1.0", body, namespace="ieee")
    found = said(tree)
    assert isinstance(found, Night)
    assert (found.at.hour, found.until.hour) == (14, 22)
    # Waking inside the sleep stands inside it; the latencies stand at the two ends.
    assert night(tree) == (
        ("awake", 20), ("light", 240), ("awake", 30), ("deep", 90), ("rem", 90), ("awake", 10)
    )  # fmt: skip


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_episodes_of_open_mhealth(version: str) -> None:
    body = {"effective_time_frame": in_bed(), "total_sleep_time": lasting(7)}
    if version == "1.0":
        body |= {
            "initial_sleep_onset_date_time": NIGHT["start"],
            "final_awakening_date_time": NIGHT["end"],
        }
    assert night(point("sleep-episode", version, body)) == (("asleep", 420), ("unknown", 60))
    without = {"effective_time_frame": in_bed()}
    assert "sleep duration" in refused(point("sleep-episode", version, without))[1]


def test_episodes_of_stages_are_a_hypnogram() -> None:
    times = ["23:00", "23:30", "02:00", "06:30"]
    days = ["2026-11-01", "2026-11-01", "2026-11-02", "2026-11-02"]
    moments = [f"{d}T{t}:00+09:00" for d, t in zip(days, times, strict=True)]
    states = ["Awake", "Light_sleep", "REM_sleep"]
    episodes = [
        {"sleep_stage_state": state, "sleep_stage_time_frame": in_bed(*moments[n : n + 2])}
        for n, state in enumerate(states)
    ]
    body = {
        "effective_time_frame": in_bed(),
        "sleep_stage_summary": {"total_sleep_time": lasting(7)},
        "sleep_stage_episodes": episodes,
    }
    tree = point("sleep-stage-summary", "1.0", body, namespace="ieee")
    assert night(tree) == (("awake", 30), ("light", 150), ("rem", 270), ("unknown", 30))


def test_a_summary_without_episodes() -> None:
    summary = {"total_sleep_time": lasting(7), "awake_duration": lasting(1)}
    body = {"effective_time_frame": in_bed(), "sleep_stage_summary": summary}
    tree = point("sleep-stage-summary", "1.0", body, namespace="ieee")
    assert night(tree) == (("asleep", 210), ("awake", 60), ("asleep", 210))
    summary["light_sleep_duration"] = lasting(8)
    assert isinstance(said(tree), Undecodable)


# --- bodies ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"\xff", "UTF-8"),
        (b"3", "cannot be read"),
        (b"[1,]", "cannot be read"),
        (b'{"header": NaN}', "cannot be read"),
        (b"[" * 50_000, "deep"),
        (b'{"body": ' * 50_000, "deep"),
    ],
)
def test_bodies_that_cannot_be_read(body: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(body)


@pytest.mark.parametrize(
    "point_", ["3", "{}", '{"header": {}, "body": {}}', '{"header": 1, "header": 2, "body": 3}']
)
def test_a_broken_point_spoils_itself_only(point_: str) -> None:
    good = json.dumps(point("blood-pressure", "4.0", pressure()))
    says = [entry.says for entry in read(f"[{good}, {point_}, {good}]".encode())]
    assert isinstance(says[1], Malformed)
    assert isinstance(says[0], BloodPressure)
    assert says[0] == says[2]


def test_a_point_is_kept_as_it_was_sent() -> None:
    text = json.dumps(point("blood-pressure", "4.0", pressure()), indent=1)
    for body in (f" {text}\n", f"[{text}]"):
        assert read(body.encode()).text(0) == text


# --- a second opinion ---------------------------------------------------------------------


def reference(schema_id: str) -> Draft7Validator:
    """The same schema by the reference implementation, with the same checker of formats."""
    checker = FormatChecker(formats=())
    for name, check in validating.FORMATS.items():
        checker.checks(name)(lambda text, check=check: not isinstance(text, str) or check(text))
    found = validating.document_of(SCHEMAS[schema_id][0][1])
    registry = Registry(
        retrieve=lambda address: Resource.from_contents(
            validating.referred(address), default_specification=DRAFT7
        )
    )
    document = {"$id": validating.OMH_ADDRESS, **found, "$schema": DRAFT7_ADDRESS}
    return Draft7Validator(document, registry=registry, format_checker=checker)


DRAFT7_ADDRESS = "http://json-schema.org/draft-07/schema#"
VALIDATORS = {schema_id: reference(schema_id) for schema_id in SCHEMAS}
FULL = {
    **pressure(body_posture="sitting", measurement_location="left wrist"),
    **rate(),
    "sleep_duration": lasting(7),
    "total_sleep_time": lasting(7),
    "light_sleep_duration": lasting(3),
    "sleep_events": [in_bed()["time_interval"]],
    "sleep_stage_summary": {"total_sleep_time": lasting(7)},
    "effective_time_frame": in_bed(),
    "descriptive_statistic": "average",
    "user_notes": "slept well",
}
LEAVES = st.sampled_from(
    [None, True, 0, 7.5, -1, "", "h", "mmHg", "mmH", "sitting", AT, "2026-11-02", [], {}, in_bed(),
     {"date_time": AT}, {"value": 1, "unit": "h"}, [in_bed()], in_bed()["time_interval"]]
)  # fmt: skip


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found = [(*path, key) for key, _ in pairs]
    for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
        found += places(inner, (*path, key)) if isinstance(inner, dict | list) else []
    return found


@settings(deadline=None)
@given(st.sampled_from(list(SCHEMAS)), st.data())
def test_we_find_valid_what_the_reference_finds_valid(schema_id: str, data: st.DataObject) -> None:
    body = deepcopy(FULL)
    for _ in range(data.draw(st.integers(0, 6))):
        at = places(body)
        if not at:
            break
        *path, last = data.draw(st.sampled_from(at))
        node: Any = body
        for step in path:
            node = node[step]
        if data.draw(st.booleans()):
            del node[last]
        else:
            node[last] = deepcopy(data.draw(LEAVES))
    schema = SCHEMAS[schema_id][0][1]
    try:
        validating.checked_body(schema, body)
        valid = True
    except Malformed:
        valid = False
    assert valid is VALIDATORS[schema_id].is_valid(body)
