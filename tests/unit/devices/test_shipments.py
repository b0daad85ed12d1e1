"""A shipment as a CSV file: every line has an outcome, the file twice changes nothing."""

import csv
import json
import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from devices import claiming
from devices.claiming import ClaimRefused
from devices.models import Device, DeviceClaimCode, DeviceHolding
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from tests.cast import Cast
from tests.looking import audit_records, everybody
from tests.unit.devices.conftest import BY, Handed, Post, item

pytestmark = pytest.mark.django_db
GOOD = (
    "serial,kind,lot,model,firmware,validation,validation_list,validation_as_of\n"
    "A-1,blood_pressure,L7,HEM-1,1.0,validated,STRIDE BP,2026-01-31\n"
    "A-2,blood_pressure,L7,HEM-2,1.0,not_listed,JSH,2026-01-31\n"
    "S-1,sleep,L8,,,unknown,,\n"
)
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def take_in(text: str | bytes, *flags: str, secrets: str = "secrets.csv") -> dict[str, Any]:
        path, out = tmp_path / "shipment.csv", StringIO()
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        given = [] if "--dry-run" in flags else [f"--secrets={tmp_path / secrets}"]
        call_command("import_devices", str(path), *given, *flags, "--json", stdout=out)
        answer: dict[str, Any] = json.loads(out.getvalue())
        assert answer["rows"] == sum(
            answer[name] for name in ("created", "updated", "unchanged", "rejected")
        )
        return answer

    return take_in


def secrets(tmp_path: Path, name: str = "secrets.csv") -> dict[str, dict[str, str]]:
    with (tmp_path / name).open() as file:
        return {row["serial"]: row for row in csv.DictReader(file)}


def test_devices_in_stock_are_nobodys(run: Run, tmp_path: Path, cast: Cast, post: Post) -> None:
    assert run(GOOD)["created"] == 3
    cuff = Device.objects.get(serial="A-1")
    assert (cuff.lot, cuff.model, cuff.firmware) == ("L7", "HEM-1", "1.0")
    assert (cuff.validation, cuff.validation_list) == ("validated", "STRIDE BP")
    assert str(cuff.validation_as_of) == "2026-01-31"
    with everybody():
        assert not DeviceHolding.objects.exists()
    assert stat.S_IMODE((tmp_path / "secrets.csv").stat().st_mode) == 0o600
    token = secrets(tmp_path)["A-1"]["token"]
    assert post(token, item()).json()["results"][0]["code"] == "no_consent"
    (record,) = audit_records(action="devices.shipment_imported")
    assert record.details["outcomes"]["created"] == 3
    code = secrets(tmp_path)["A-1"]["claim_code"]
    assert code.replace("-", "").encode() not in bytes(DeviceClaimCode.objects.first().hash)  # type: ignore[union-attr]


def test_the_file_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    run(GOOD)
    before = list(Device.objects.values())
    assert run(GOOD, secrets="again.csv")["unchanged"] == 3
    assert list(Device.objects.values()) == before
    assert not (tmp_path / "again.csv").exists()
    better = GOOD.replace("not_listed", "validated")
    assert run(better, secrets="again.csv")["updated"] == 1
    # A file without a column says nothing about it.
    assert run("serial,kind\nA-1,blood_pressure\n")["unchanged"] == 1
    assert Device.objects.get(serial="A-1").lot == "L7"


def test_a_dry_run_writes_nothing(run: Run, tmp_path: Path) -> None:
    assert run(GOOD, "--dry-run")["created"] == 3
    assert not Device.objects.exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["shipment.csv"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('serial,kind\n"A-1,blood_pressure\n', "Line 2: a quotation mark is opened here"),
        ("serial,kind,colour\nA-1,sleep,red\n", "'colour' is not known"),
        ("serial\nA-1\n", "'kind' is missing"),
        ("", "is empty"),
        ("serial,kind\n".encode("utf-16"), "UTF-16"),
        (b"serial,kind\n\xff,sleep\n", "Line 2, byte 1"),
    ],
)
def test_a_damaged_file_is_refused_whole(run: Run, text: str | bytes, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(text)
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("A-1,sleep,,", "serial", "line 2 already"),
        ("A-9,toaster,,", "kind", "blood_pressure"),
        (",sleep,,", "serial", "label"),
        ("A\0-9,sleep,,", "serial", "NUL"),
        ("A-9,sleep", "", "2 cells where the header has 4"),
        ("A-9,sleep,listed,JSH", "validation", "not_listed"),
        ("A-9,sleep,validated,", "validation_list", "which list"),
    ],
)
def test_a_bad_line_is_named_with_its_cure(
    run: Run, tmp_path: Path, line: str, place: str, words: str
) -> None:
    head = "serial,kind,validation,validation_list\nA-1,blood_pressure,,\n"
    rejects = tmp_path / "rejects.csv"
    answer = run(f"{head}{line}\n", f"--rejects={rejects}")
    assert (answer["created"], answer["rejected"]) == (1, 1)
    with rejects.open() as file:
        (said,) = csv.DictReader(file)
    assert (said["line"], said["field"]) == ("3", place)
    assert words in said["text"]


def test_a_byte_order_mark_is_passed_over(run: Run) -> None:
    assert run(b"\xef\xbb\xbf" + GOOD.encode())["created"] == 3


def test_another_kind_under_a_known_serial(run: Run, cuff: Handed) -> None:
    assert run(f"serial,kind\n{cuff.serial},sleep\n")["rejected"] == 1
    assert Device.objects.get().kind == "blood_pressure"


def test_no_keys_are_written_over_and_none_are_lost(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secrets.csv").write_text("mine")
    with pytest.raises(CommandError, match="Nothing was taken in"):
        run(GOOD)
    assert not Device.objects.exists()
    with pytest.raises(CommandError, match="--secrets"):
        call_command("import_devices", str(tmp_path / "shipment.csv"))


# --- claiming ------------------------------------------------------------------------------


@pytest.fixture
def box(run: Run, tmp_path: Path) -> dict[str, str]:
    run(GOOD)
    return secrets(tmp_path)["A-1"]


def claim(patient: Patient, code: str, user_slot: int | None = None) -> DeviceHolding:
    with acting_in(Scope.people(frozenset([patient.pk]))):
        return claiming.claim(
            code=code, patient=patient, user_slot=user_slot, now=timezone.now(), by=BY
        )


def test_a_claimed_device_is_the_members(cast: Cast, box: dict[str, str], post: Post) -> None:
    holding = claim(cast.hanako, f" {box['claim_code'].lower().replace('-', ' ')} ")
    assert (holding.device.serial, holding.user_slot) == ("A-1", None)
    said = item(measured_at=timezone.now().isoformat())
    assert post(box["token"], said).status_code == 201
    (record,) = audit_records(action="devices.claimed")
    assert record.patient_id == cast.hanako.pk


def test_a_code_takes_nothing_from_anybody(cast: Cast, box: dict[str, str]) -> None:
    claim(cast.hanako, box["claim_code"], 1)
    for patient, slot, why in (
        (cast.hanako, 1, "yours"),
        (cast.taro, 1, "taken"),
        (cast.taro, None, "slots"),
    ):
        with pytest.raises(ClaimRefused, match=why):
            claim(patient, box["claim_code"], slot)
    with pytest.raises(ClaimRefused, match="code"):
        claim(cast.taro, "2222-2222-2222", 2)
    second = claim(cast.taro, box["claim_code"], 2)
    with acting_in(Scope.people(frozenset([cast.hanako.pk]))):
        assert [
            (other.user_slot, other.since)
            for other in claiming.others_on(
                device_ids=[second.device_id], patient_id=cast.hanako.pk
            )[second.device_id]
        ] == [(2, second.period.lower)]
        # Of devices that are not one's own nothing is said.
        assert claiming.others_on(device_ids=[second.device_id], patient_id=0) == {}


def test_a_device_is_given_back_and_claimed_anew(cast: Cast, box: dict[str, str]) -> None:
    held = claim(cast.hanako, box["claim_code"])
    taro = Scope.people(frozenset([cast.taro.pk]))
    with acting_in(taro), pytest.raises(DeviceHolding.DoesNotExist):
        claiming.give_back(holding_id=held.pk, now=timezone.now(), by=BY)
    with acting_in(Scope.people(frozenset([cast.hanako.pk]))):
        claiming.give_back(holding_id=held.pk, now=timezone.now(), by=BY)
        with pytest.raises(DeviceHolding.DoesNotExist):
            claiming.give_back(holding_id=held.pk, now=timezone.now(), by=BY)
    assert claim(cast.taro, box["claim_code"]).patient_id == cast.taro.pk


def test_a_renewed_code_ends_the_former(cast: Cast, box: dict[str, str]) -> None:
    device = Device.objects.get(serial="A-1")
    with everybody():
        new = claiming.renew_code(device=device, now=timezone.now(), by=BY)
    with pytest.raises(ClaimRefused, match="code"):
        claim(cast.hanako, box["claim_code"])
    claim(cast.hanako, new)
