"""FHIR R4 Observations to readings, without a database."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.observation import Observation

from devices.kinds.blood_pressure.payload import BloodPressure, flag_names
from devices.kinds.reading import Malformed
from devices.kinds.sleep.payload import Night, staged
from devices.wire.batch import Batch, Undecodable, Unreadable
from devices.wire.fhir.reader import read
from tests.unit.devices.saying import (
    ABSENT,
    AT,
    FLAG,
    SLOT,
    UCUM,
    bundle,
    code,
    component,
    heart_rate,
    observation,
    panel,
    quantity,
    sleep,
    url,
)

MDC = "urn:iso:std:iso:11073:10101"


def batch(tree: dict[str, Any]) -> Batch:
    """As it is read; what we say we accept, another library finds to be FHIR, too."""
    (Bundle if tree["resourceType"] == "Bundle" else Observation).model_validate(tree)
    return read(json.dumps(tree).encode())


def pressure(tree: dict[str, Any]) -> BloodPressure:
    (entry,) = batch(tree)
    assert isinstance(entry.says, BloodPressure), entry.says
    return entry.says


def refused(tree: dict[str, Any], place: int = 0) -> tuple[str, str]:
    says = read(json.dumps(tree).encode())[place].says
    assert isinstance(says, Malformed), says
    return says.field, str(says)


def test_a_panel_is_a_reading() -> None:
    said = pressure(panel(component=[
        component("8480-6", 128),
        component("8462-4", 82),
        component("8478-0", 97),
        component("8867-4", 64, "/min"),
    ]))  # fmt: skip
    assert (said.systolic, said.diastolic, said.mean_arterial, said.pulse) == (128, 82, 97, 64)
    assert said.at == datetime(2026, 11, 1, 22, tzinfo=UTC)
    assert (said.utc_offset, said.id, said.original) == (540, "", None)


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        (code("55284-4"), [code("8480-6"), code("8462-4")]),
        (code("150020", MDC), [code("150021", MDC), code("150022", MDC)]),
    ],
)
def test_other_panels(whole: dict[str, Any], parts: list[dict[str, Any]]) -> None:
    components = [
        {"code": part, "valueQuantity": quantity(value)}
        for part, value in zip(parts, (128, 82), strict=True)
    ]
    said = pressure(panel(code=whole, component=components))
    assert (said.systolic, said.diastolic) == (128, 82)


def test_kilopascals() -> None:
    said = pressure(panel(component=[
        component("8480-6", 16.0, "kPa"), component("8462-4", 10.6, "kPa")
    ]))  # fmt: skip
    assert (said.systolic, said.diastolic) == (120, 80)
    assert said.original == {"systolic": 16.0, "diastolic": 10.6, "unit": "kPa"}


def test_a_remark_in_a_unit_has_no_meaning() -> None:
    beats = component("8867-4", 64, "{beats}/min")
    parts = [component("8480-6", 128), component("8462-4", 82), beats]
    assert pressure(panel(component=parts)).pulse == 64


def test_what_else_an_observation_says() -> None:
    position = {"url": "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition",
                "valueCodeableConcept": {"text": "sitting"}}  # fmt: skip
    tree = panel(
        identifier=[{"system": "urn:cuff", "value": "1841"}],
        device={"reference": "Device/A-1"},
        bodySite={"coding": [{"display": "Left upper arm"}]},
        extension=[
            {"url": SLOT, "valueUnsignedInt": 2},
            {"url": FLAG, "valueCode": "irregular_pulse"},
            {"url": FLAG, "valueCode": "body_movement"},
            position,
        ],
    )
    (entry,) = batch(tree)
    said = entry.says
    assert isinstance(said, BloodPressure)
    assert (entry.device, entry.id, said.id, said.user_slot) == ("A-1", "1841", "1841", 2)
    assert flag_names(said.flags) == {"irregular_pulse", "body_movement"}
    assert said.original is not None
    assert said.original["position"] == "sitting"
    assert said.original["body_site"] == "Left upper arm"


@pytest.mark.parametrize(
    "fields",
    [
        {"device": {"identifier": {"value": "A-1"}}},
        {"device": {"reference": "Device/A-1"}},
        {"device": {"reference": "https://hub.example/fhir/Device/A-1"}},
        {"device": {"reference": "#cuff"},
         "contained": [{"resourceType": "Device", "id": "cuff", "serialNumber": "A-1"}]},
        {"device": {"reference": "#cuff"},
         "contained": [{"resourceType": "Device", "id": "cuff", "identifier": [
             {"value": "lot 7"}, {"type": {"coding": [{"code": "SNO"}]}, "value": "A-1"}]}]},
        {"device": {"reference": "#cuff"},
         "contained": [{"resourceType": "Device", "id": "cuff", "identifier": [{"value": "A-1"}]}]},
    ],
)  # fmt: skip
def test_ways_to_name_the_device(fields: dict[str, Any]) -> None:
    (entry,) = batch(panel(**fields))
    assert entry.device == "A-1"


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"resourceType": "Observation", "status": "entered-in-error"}, "status", "taken back"),
        ({"status": "cancelled"}, "status", "no reading"),
        ({"status": "preliminary"}, "status", "send it when final"),
        ({"status": None}, "status", "required"),
        ({"effectiveDateTime": "2026-11-02"}, "effectiveDateTime", "RFC 3339"),
        ({"effectiveDateTime": "2026-11-02T07:00:00"}, "effectiveDateTime", "offset"),
        ({"effectiveDateTime": None}, "effectiveDateTime", "required"),
        ({"effectiveDateTime": None,
          "effectivePeriod": {"start": AT, "end": "2026-11-09T07:00:00+09:00"}}, "", "average"),
        ({"effectiveDateTime": None, "effectivePeriod": {"start": AT}}, "effectivePeriod", "end"),
        ({"code": code("8310-5")}, "code", "LOINC 8310-5 is not known here: send one of"),
        ({"code": {"text": "blood pressure"}}, "code", "without a coding"),
        ({"code": code("96607-7")}, "code", "average"),
        ({"component": [component("8480-6", 128)]}, "diastolic", "required"),
        ({"component": []}, "", "heart rate"),
        ({"component": [component("8480-6", 128), component("8480-6", 129)]},
         "component[1]", "twice"),
        ({"component": [component("8480-6", 128, "mmHg")]},
         "component[0].valueQuantity.code", "send mm[Hg] or kPa"),
        ({"component": [component("8480-6", 12.8, "cm[Hg]")]},
         "component[0].valueQuantity.code", "not a unit of this"),
        ({"component": [{"code": code("8480-6"), "valueQuantity": {"value": 1, "unit": "mmHg"}}]},
         "component[0].valueQuantity.code", UCUM),
        ({"component": [{"code": code("8480-6"),
                         "valueQuantity": {**quantity(300), "comparator": ">"}}]},
         "component[0].valueQuantity.comparator", "not exact"),
        ({"component": [{"code": code("8480-6")}]}, "component[0].valueQuantity", "required"),
        ({"component": [component("8480-6", "128")]},
         "component[0].valueQuantity.value", "is a text: send a number."),
        ({"component": [component("8480-6", True)]},
         "component[0].valueQuantity.value", "send a number"),
        ({"component": [component("8480-6", 128), component("8462-4", 10.6, "kPa")]},
         "systolic", "one unit"),
        ({"modifierExtension": [{"url": "http://x.example"}]}, "modifierExtension", "leave it out"),
        ({"implicitRules": "http://x.example"}, "implicitRules", "leave it out"),
        ({"extension": [{"url": SLOT, "valueUnsignedInt": 300}]}, "user_slot", "out of range"),
        ({"extension": [{"url": SLOT}]}, "extension", "valueUnsignedInt"),
        ({"extension": [{"url": FLAG, "valueCode": "shaking"}]}, "flags[0]", "send one of"),
        ({"device": {"display": "my cuff"}}, "device", "serial"),
        ({"device": {"reference": "Device/"}}, "device", "serial"),
        ({"device": {"reference": "#gone"}}, "device.reference", "no contained Device"),
        ({"hasMember": [{"reference": "Observation/7"}]}, "hasMember[0]", "one Bundle"),
        ({"identifier": [{"value": "x" * 201}]}, "id", "200 characters"),
    ],
)  # fmt: skip
def test_what_is_refused_names_its_place_and_the_cure(
    fields: dict[str, Any], place: str, words: str
) -> None:
    field, said = refused(panel(**fields))
    assert field == place
    assert words in said


@pytest.mark.parametrize(
    "tree",
    [
        panel(component=[], dataAbsentReason=ABSENT),
        panel(component=[
            {"code": code("8480-6"), "dataAbsentReason": ABSENT}, component("8462-4", 82)
        ]),
    ],
)  # fmt: skip
def test_what_was_not_measured_is_kept_apart(tree: dict[str, Any]) -> None:
    (entry,) = batch(tree)
    assert entry.says == Undecodable("blood_pressure", "systolic was not measured: Error.")


def test_a_pulse_that_was_not_measured_is_absent() -> None:
    pulse = {"code": code("8867-4"), "dataAbsentReason": ABSENT}
    parts = [component("8480-6", 128), component("8462-4", 82), pulse]
    assert pressure(panel(component=parts)).pulse is None


def test_a_measurement_that_took_a_while_has_the_time_of_its_end() -> None:
    period = {"start": AT, "end": "2026-11-02T07:01:00+09:00"}
    said = pressure(panel(effectiveDateTime=None, effectivePeriod=period))
    assert said.at == datetime(2026, 11, 1, 22, 1, tzinfo=UTC)


# --- what belongs together ---------------------------------------------------------------


@pytest.mark.parametrize("panel_first", [True, False])
@pytest.mark.parametrize("how", ["beside", "hasMember", "derivedFrom"])
def test_a_heart_rate_joins_its_panel(how: str, panel_first: bool) -> None:
    later = "2026-11-02T07:00:20+09:00"
    at = {} if how == "beside" else {"effectiveDateTime": later}
    panel_at, rate_at = (0, 1) if panel_first else (1, 0)
    member = {"hasMember": [{"reference": url(rate_at)}]} if how == "hasMember" else {}
    source = {"derivedFrom": [{"reference": url(panel_at)}]} if how == "derivedFrom" else {}
    resources = [panel(**member), heart_rate(**at, **source)]
    found = batch(bundle(*(resources if panel_first else resources[::-1])))
    first, second = found
    assert isinstance(first.says, BloodPressure)
    assert first.says == second.says
    assert (first.says.pulse, first.says.at.second) == (64, 0)
    assert found.text(0) == found.text(1)
    kept = read(found.text(0).encode())
    assert kept[0].says == first.says


def test_a_member_that_is_refused_leaves_the_panel_as_it_is() -> None:
    strange = observation("9279-1", effectiveDateTime=AT, valueQuantity=quantity(14, "/min"))
    found = batch(bundle(panel(hasMember=[{"reference": url(1)}]), strange))
    assert isinstance(found[1].says, Malformed)
    kept = found.text(0)
    assert read(kept.encode(), kept=True)[0].says == found[0].says


def test_single_codes_of_one_time_are_a_reading_too() -> None:
    systolic = observation("8480-6", effectiveDateTime=AT, valueQuantity=quantity(128))
    diastolic = observation("8462-4", effectiveDateTime=AT, valueQuantity=quantity(82))
    for entry in batch(bundle(systolic, heart_rate(), diastolic)):
        assert isinstance(entry.says, BloodPressure)
        assert (entry.says.systolic, entry.says.diastolic, entry.says.pulse) == (128, 82, 64)


@pytest.mark.parametrize(
    "fields",
    [
        {"effectiveDateTime": "2026-11-02T07:00:01+09:00"},
        {"device": {"reference": "Device/B-2"}},
    ],
)
def test_a_heart_rate_of_another_time_or_device_stays_alone(fields: dict[str, Any]) -> None:
    tree = bundle(panel(device={"reference": "Device/A-1"}), heart_rate(**fields))
    found = batch(tree)
    assert isinstance(found[0].says, BloodPressure)
    assert found[0].says.pulse is None
    assert "by itself" in refused(tree, 1)[1]


def test_a_heart_rate_alone() -> None:
    assert "send it with the blood pressure" in refused(heart_rate())[1]


def test_a_heart_rate_beside_two_panels_belongs_to_the_one_that_names_it() -> None:
    two = [panel(identifier=[{"value": n}]) for n in "12"]
    assert "more than one reading" in refused(bundle(*two, heart_rate()), 2)[1]
    named = bundle(two[0], {**two[1], "hasMember": [{"reference": url(2)}]}, heart_rate())
    said = [entry.says for entry in batch(named)]
    assert [s.pulse for s in said if isinstance(s, BloodPressure)] == [None, 64, 64]


def test_two_values_for_one_thing() -> None:
    parts = [component("8480-6", 128), component("8462-4", 82), component("8867-4", 70, "/min")]
    tree = bundle(panel(component=parts), heart_rate(64))
    assert refused(tree, 0) == refused(tree, 1)
    assert "which one is meant" in refused(tree, 0)[1]


def test_a_crowd_is_no_reading() -> None:
    tree = bundle(*[heart_rate()] * 30)
    assert "more than 20" in refused(tree, 29)[1]


# --- sleep -------------------------------------------------------------------------------


def night(tree: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    """The stages of the one night that all entries say."""
    first, *others = (entry.says for entry in batch(tree))
    assert isinstance(first, Night), first
    assert all(other == first for other in others)
    return staged(first.stages, first.microseconds)


def test_a_night_in_four_observations() -> None:
    found = night(bundle(
        sleep("93832-4", 7), sleep("93831-6", 90, "min"), sleep("93830-8", 3.5), sleep("93829-0", 1)
    ))  # fmt: skip
    assert found == (
        ("light", 210), ("deep", 90), ("rem", 60), ("asleep", 60), ("unknown", 60)
    )  # fmt: skip


def test_a_night_with_components() -> None:
    parts = [component("93831-6", 1.5, "h"), component("93830-8", 4.5, "h")]
    whole = observation("93832-4", effectivePeriod=sleep("", 0)["effectivePeriod"], component=parts)
    assert night(whole) == (("light", 270), ("deep", 90), ("unknown", 120))


@pytest.mark.parametrize(
    ("tree", "place", "words"),
    [
        (sleep("93832-4", 7, effectivePeriod=None), "effectivePeriod", "time in bed"),
        (sleep("93832-4", 7, effectivePeriod=None, effectiveDateTime=AT), "effectivePeriod", ""),
        (sleep("93829-0", 1), "", "sleep duration"),
        (sleep("93832-4", 7, "d"), "valueQuantity.code", "send min or h or s or ms"),
        (sleep("93832-4", -7), "asleep", "less than no time"),
    ],
)
def test_nights_that_are_refused(tree: dict[str, Any], place: str, words: str) -> None:
    field, said = refused(tree)
    assert (field, words in said) == (place, True), (field, said)


def test_nights_that_contradict_themselves_are_kept_apart() -> None:
    tree = bundle(sleep("93832-4", 2), sleep("93830-8", 4))
    assert all(isinstance(entry.says, Undecodable) for entry in batch(tree))
    longer = read(json.dumps(sleep("93832-4", 9)).encode())[0].says
    assert isinstance(longer, Night)
    assert longer.doubt() is not None  # nine hours of sleep in eight in bed


# --- bodies ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b" ", "empty"),
        (b"\xff", "UTF-8 at byte 0"),
        (b"[]", "cannot be read"),
        (b"{}", "resourceType"),
        (b'{"resourceType": "Patient"}', "Patient is not read here"),
        (b'{"resourceType": "Bundle", "type": "collection", "entry": []}', "send batch"),
        (b'{"resourceType": "Bundle"}', "type none"),
        (b'{"resourceType": "Bundle", "type": "batch", "type": "transaction"}', "twice"),
        (b'{"resourceType": "Bundle", "type": "batch", "entry": {}}', "cannot be read"),
        (b'{"resourceType": "Bundle", "type": "batch", "entry": [NaN]}', "cannot be read"),
        (b'{"resourceType": "Observation", "x": ' + b"[" * 9_000 + b"]" * 9_000 + b"}", "deep"),
        (b'{"resourceType": "Observation"', "cannot be read"),
    ],
)
def test_bodies_that_cannot_be_read(body: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        read(body)
    assert words in f"{wrong.value.field} {wrong.value}"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("3", "no entry of a Bundle"),
        ("{}", "send an Observation"),
        ('{"resource": null}', "sent as Observations"),
        ('{"resource": {"resourceType": "Patient"}}', "sent as Observations"),
        ('{"fullUrl": 7, "resource": {}}', "no entry of a Bundle"),
        ('{"resource": {"a": 1, "a": 2}}', "twice"),
        ('{"resource": {"a": 1' + "0" * 900 + "}}", "digits"),
        ('{"resource": {"a": 1e999}}', "no measured value"),
        ('{"resource": {"a": ' + "[" * 70 + "]" * 70 + "}}", "64 deep"),
        ('{"request": {"method": "DELETE"}, "resource": {}}', "sent by POST"),
    ],
)
def test_a_broken_entry_spoils_itself_only(entry: str, words: str) -> None:
    good = json.dumps({"resource": panel()})
    body = f'{{"resourceType": "Bundle", "type": "batch", "entry": [{good}, {entry}, {good}]}}'
    says = [e.says for e in read(body.encode())]
    assert isinstance(says[1], Malformed)
    assert words in f"{says[1].field} {says[1]}"
    assert isinstance(says[0], BloodPressure)
    assert says[0] == says[2]


def test_a_transaction_is_atomic_and_a_batch_is_not() -> None:
    assert batch(bundle(panel(), type_="transaction")).atomic
    assert not batch(bundle(panel())).atomic
    assert not batch(bundle(panel())).bare
    assert batch(panel()).bare


def test_a_resource_is_kept_as_it_was_sent() -> None:
    text = json.dumps(panel(), indent=2)
    assert read(f"\n{text}\n".encode()).text(0) == text
    body = f'{{"resourceType": "Bundle", "type": "batch", "entry": [{{"resource": {text}}}]}}'
    assert read(body.encode()).text(0) == text
