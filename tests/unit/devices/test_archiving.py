"""Archives into the one way in: once however often, for nobody else, ringing nobody."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from devices import archiving, authenticating, queries, receiving, redriving, registry
from devices.archiving import BEGINNING, ArchiveRefused, Brought
from devices.models import (
    BloodPressureReading,
    Device,
    DeviceCredential,
    DeviceHolding,
    QuarantinedItem,
    ReadingConflict,
    SleepNight,
)
from devices.registry import RegistryError
from healthcare.audit.actors import command
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Consent, Patient, Purpose
from reports.models import Alert, PatientState
from reports.monitoring import refreshing
from tests.cast import Cast
from tests.factories import ConsentFactory
from tests.unit.devices.archives import samples
from tests.unit.devices.conftest import Hand, Post, item

EVERYBODY = Scope.system("a test looks")
START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
BY = command("tests")


@pytest.fixture
def consenting(cast: Cast) -> Patient:
    """Taro, who consents now."""
    with acting_in(EVERYBODY):
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
    return cast.taro


def bring(path: Path, content: str | bytes, patient: Patient, **said: Any) -> Brought:
    path.mkdir(exist_ok=True)
    file = path / "archive"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return archiving.bring(
        **{
            "path": file,
            "patient_id": patient.pk,
            "scope": Scope.system("a test brings"),
            "now": timezone.now(),
            "by": BY,
            **said,
        }
    )


def everything() -> dict[str, list[Any]]:
    """All that is stored of readings, as it is."""
    with acting_in(EVERYBODY):
        return {
            "pressures": list(
                BloodPressureReading.objects.order_by("pk").values(
                    "patient_id", "measured_at", "device__serial", "device_reading_id", "systolic"
                )
            ),
            "nights": list(
                SleepNight.objects.order_by("pk").values("patient_id", "started_at", "stages")
            ),
            "quarantined": list(QuarantinedItem.objects.order_by("fingerprint").values("payload")),
            "conflicts": ReadingConflict.objects.count(),  # type: ignore[dict-item]
            "devices": list(Device.objects.order_by("serial").values_list("serial", "model")),
        }


def native(n: int, **said: Any) -> str:
    """A reading of the n-th hour of 2026."""
    at = START + timedelta(hours=n)
    values = {"systolic": 131 + n % 7, "diastolic": 84, **said}
    return json.dumps({"kind": "blood_pressure", "measured_at": at.isoformat(), **values}) + "\n"


def test_what_is_brought_is_stored(cast: Cast, tmp_path: Path) -> None:
    brought = bring(tmp_path, samples.OMRON_JA, cast.hanako)
    assert (brought.format, brought.timezone, brought.readings) == ("omron", "Asia/Tokyo", 3)
    assert brought.counts == {"accepted": 3}
    serial = f"archive:omron-connect:blood_pressure:{cast.hanako.pk}"
    assert brought.devices == [serial]
    with acting_in(EVERYBODY):
        found = queries.blood_pressure(patient_id=cast.hanako.pk, start=START, end=LATER)
        device = Device.objects.get(serial=serial)
        holding = DeviceHolding.objects.get(device=device)
        credentials = DeviceCredential.objects.filter(device=device).count()
    assert [(r.systolic, r.pulse, r.utc_offset) for r in found] == [
        (126, None, 540),
        (128, 65, 540),
        (131, 66, 540),
    ]
    assert (device.model, credentials) == ("HEM-6232T", 0)
    assert (holding.patient_id, holding.period.upper) == (cast.hanako.pk, None)


def test_the_same_file_twice_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    content = samples.apple(
        samples.pair("2026-10-02 07:05:31 +0900", 131, 84),
        samples.pair("2026-10-02 07:09:31 +0900", 310, 84),
        samples.slept("2026-10-01 23:10:00 +0900", "2026-10-02 06:40:00 +0900", "AsleepCore"),
    )
    first = bring(tmp_path, content, cast.hanako)
    assert first.counts == {"accepted": 2, "quarantined": 1}
    before = everything()
    again = bring(tmp_path, content, cast.hanako)
    assert again.counts == {"duplicate": 2, "quarantined": 1}
    assert again.readings == sum(again.counts.values()) == 3
    assert everything() == before


@pytest.mark.parametrize(("module", "step"), [(receiving, "receive"), (authenticating, "confirm")])
def test_killed_in_the_middle_and_run_again(
    cast: Cast, tmp_path: Path, module: Any, step: str
) -> None:
    """Before a chunk, and when all of it is written but not committed."""
    content = "".join(native(n) for n in range(25)) + native(3, systolic=40)
    once = getattr(module, step)
    calls = 0

    def die_at_the_third(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return once(*args, **kwargs)

    with patch.object(archiving, "CHUNK", 5):
        with (
            patch.object(module, step, die_at_the_third),
            pytest.raises(KeyboardInterrupt),
        ):
            bring(tmp_path, content, cast.hanako)
        assert len(everything()["pressures"]) == 10
        again = bring(tmp_path, content, cast.hanako)
    assert again.counts == {"duplicate": 10, "accepted": 15, "quarantined": 1}
    killed = everything()
    whole = bring(tmp_path, content, cast.hanako)
    assert whole.counts == {"duplicate": 25, "quarantined": 1}
    assert everything() == killed


def test_counts_add_up_and_rejects_can_be_corrected(cast: Cast, tmp_path: Path) -> None:
    content = (
        native(1)
        + native(1)
        + native(1, systolic=180)
        + native(2, systolic=20)
        + native(3, systolic="12x")
        + "{broken\n"
        + native(4, measured_at="2026-01-01 04:00")
    )
    rejects: list[str] = []
    brought = bring(tmp_path, content, cast.hanako, reject=rejects.append)
    assert brought.counts == {
        "accepted": 2,
        "duplicate": 1,
        "conflict": 1,
        "quarantined": 1,
        "rejected": 2,
    }
    assert brought.readings == 7
    assert [json.loads(line)["rejected"].split(":")[0] for line in rejects] == [
        "archive line 5",
        "archive line 6",
    ]
    corrected = rejects[0].replace('"12x"', "128")
    assert bring(tmp_path, corrected, cast.hanako).counts == {"accepted": 1}


def test_a_dry_run_counts_and_writes_nothing(cast: Cast, tmp_path: Path) -> None:
    before = everything()
    brought = bring(tmp_path, native(1) + native(2), cast.hanako, dry_run=True)
    assert brought.counts == {"accepted": 2}
    assert everything() == before
    assert bring(tmp_path, native(1), cast.hanako).counts == {"accepted": 1}
    assert bring(tmp_path, native(1) + native(2), cast.hanako, dry_run=True).counts == {
        "duplicate": 1,
        "accepted": 1,
    }


def test_one_persons_archive_never_lands_on_another(
    cast: Cast, tmp_path: Path, consenting: Patient
) -> None:
    """The same file of two people: a device each, and each has their own readings alone."""
    content = native(1, device="CUFF-1") + native(2, user_slot=None, patient=consenting.pk)
    bring(tmp_path, content, cast.hanako)
    with acting_in(EVERYBODY):
        assert set(BloodPressureReading.objects.values_list("patient_id", flat=True)) == {
            cast.hanako.pk
        }
    bring(tmp_path, content, consenting)
    with acting_in(EVERYBODY):
        rows = Counter(BloodPressureReading.objects.values_list("patient_id", "device__serial"))
    assert {patient for patient, _ in rows} == {cast.hanako.pk, consenting.pk}
    assert all(serial.endswith(f":{patient}") for patient, serial in rows)
    assert len(rows) == 4


def test_an_archive_changes_no_hands(cast: Cast, tmp_path: Path, consenting: Patient) -> None:
    (serial,) = bring(tmp_path, native(1), cast.hanako).devices
    now = timezone.now()
    with acting_in(EVERYBODY):
        with pytest.raises(RegistryError, match="An archive is no device"):
            registry.hand_over(serial=serial, patient=consenting, at=now, now=now, by=BY)
        with pytest.raises(RegistryError, match="An archive is no device"):
            registry.rotate(serial=serial, now=now, by=BY)
        # Whatever else took it away: the next file is refused.
        DeviceHolding.objects.update(period=DateTimeTZRange(BEGINNING, now))
    with pytest.raises(ArchiveRefused, match="retired or handed on"):
        bring(tmp_path, native(2), cast.hanako)
    assert len(everything()["pressures"]) == 1


def test_nobody_registers_a_device_as_an_archive(cast: Cast, hand: Hand) -> None:
    with pytest.raises(RegistryError, match="name the one on its label"):
        hand(cast.hanako, f"archive:omron-connect:blood_pressure:{cast.hanako.pk}")


def test_without_consent_nothing_is_stored(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match="does not consent to care"):
        bring(tmp_path, native(1), cast.taro)
    with pytest.raises(ArchiveRefused, match="There is no patient"):
        bring(tmp_path, native(1), Patient(pk=0))
    assert everything()["devices"] == []


def test_consent_withdrawn_in_the_middle(cast: Cast, tmp_path: Path) -> None:
    """From then on every reading is refused by the one way in; what was stored before stays."""
    once = receiving.receive

    def withdrawn_after_the_first(*args: Any, **kwargs: Any) -> Any:
        results = once(*args, **kwargs)
        with acting_in(EVERYBODY):
            for consent in Consent.objects.filter(patient=cast.hanako, purpose="care"):
                consent.period = type(consent.period)(consent.period.lower, timezone.now())
                consent.save()
        return results

    with (
        patch.object(archiving, "CHUNK", 2),
        patch.object(receiving, "receive", withdrawn_after_the_first),
    ):
        brought = bring(tmp_path, "".join(native(n) for n in range(6)), cast.hanako)
    assert brought.counts == {"accepted": 2, "rejected": 4}


def test_damage_keeps_what_was_stored_before_it(cast: Cast, tmp_path: Path) -> None:
    whole = samples.apple(
        *(samples.pair(f"2026-10-{n:02} 07:00:00 +0900", 131, 84) for n in range(1, 7))
    )
    with patch.object(archiving, "CHUNK", 2), pytest.raises(ArchiveRefused, match=r"line \d+: the"):
        bring(tmp_path, whole[: whole.rindex("<Record")], cast.hanako)
    kept = len(everything()["pressures"])
    assert kept in (2, 4)
    assert bring(tmp_path, whole, cast.hanako).counts == {"duplicate": kept, "accepted": 6 - kept}


def test_nothing_of_an_archive_rings_anybody(cast: Cast, tmp_path: Path) -> None:
    """However fresh: a crisis, a second one, and one that goes to quarantine."""
    fresh = timezone.now().replace(microsecond=0) - timedelta(minutes=10)
    values = [(0, 190, 110), (5, 192, 112), (6, 310, 120)]
    content = "".join(
        native(
            0,
            measured_at=(fresh + timedelta(minutes=after)).isoformat(),
            systolic=systolic,
            diastolic=diastolic,
        )
        for after, systolic, diastolic in values
    )
    brought = bring(tmp_path, content, cast.hanako)
    assert brought.counts == {"accepted": 2, "quarantined": 1}
    with acting_in(EVERYBODY):
        assert not Alert.objects.exists()
        state = PatientState.objects.get(patient=cast.hanako)
    assert state.late_high_at == fresh + timedelta(minutes=5)


def test_no_alert_of_the_worklist_opens_by_an_archive_but_by_the_same_readings_live(
    cast: Cast, tmp_path: Path, hand: Hand, post: Post
) -> None:
    """Twice under 90 an hour ago, and a week 20 mmHg over the four before."""
    now = timezone.now().replace(microsecond=0)
    low = [(now - timedelta(minutes=60 - n), 84) for n in (0, 3)]
    days = [(now - timedelta(days=n, hours=2), 150 if n < 7 else 120) for n in range(1, 34)]
    said = [
        {"measured_at": at.isoformat(), "systolic": systolic, "diastolic": systolic - 30}
        for at, systolic in sorted(low + days)
    ]

    def opened_by_a_look(after: int) -> set[str]:
        refreshing.refresh_everything(now=timezone.now() + timedelta(seconds=after))
        with acting_in(EVERYBODY):
            kinds = Alert.objects.filter(patient=cast.hanako).values_list("kind", flat=True)
            return set(kinds)

    brought = bring(tmp_path, "".join(native(0, **one) for one in said), cast.hanako)
    assert brought.counts == {"accepted": len(said)}
    assert opened_by_a_look(1) == set()
    # A cuff that sends its memory tells a week that is worse as well: late, and yet its own.
    cuff = hand(cast.hanako)
    answer = post(cuff.token, {"readings": [item(**one) for one in said]})
    assert {one["status"] for one in answer.json()["results"]} == {"accepted"}
    assert opened_by_a_look(2) == {"low", "worsening"}


def test_an_archive_item_that_is_asked_again_rings_nobody_either(
    cast: Cast, tmp_path: Path
) -> None:
    fresh = timezone.now().replace(microsecond=0) - timedelta(minutes=10)
    slotted = native(0, measured_at=fresh.isoformat(), systolic=190, diastolic=110, user_slot=4)
    (serial,) = bring(tmp_path, slotted, cast.hanako).devices
    with acting_in(EVERYBODY):
        device = Device.objects.get(serial=serial)
        DeviceHolding.objects.create(
            device=device,
            patient=cast.hanako,
            user_slot=4,
            period=DateTimeTZRange(fresh - timedelta(days=1), None),
        )
        redriving.release(device=device, now=timezone.now())
        assert BloodPressureReading.objects.count() == 1
        assert not Alert.objects.exists()


def test_the_cuff_and_its_file_are_used_once(
    cast: Cast, hand: Hand, post: Post, tmp_path: Path
) -> None:
    cuff = hand(cast.hanako)
    post(
        cuff.token,
        item(measured_at="2026-10-02T07:05:31+09:00", systolic=131, diastolic=84, pulse=66),
    )
    bring(tmp_path, samples.OMRON_JA, cast.hanako)
    with acting_in(EVERYBODY):
        said = {"patient_id": cast.hanako.pk, "start": START, "end": LATER}
        used = queries.blood_pressure(**said)
        every = queries.blood_pressure(**said, repeats=True)
    assert (len(used), len(every)) == (3, 4)
    assert cuff.device.pk in {row.device_id for row in used}
    (repeat,) = [row for row in every if row.same_as]
    assert repeat.same_as is not None
    assert repeat.same_as.device_id == cuff.device.pk


def test_archives_are_no_devices_in_hands(cast: Cast, tmp_path: Path, client, alice) -> None:
    bring(tmp_path, samples.OMRON_JA, cast.hanako)
    with acting_in(EVERYBODY):
        said = {"patient_id": cast.hanako.pk, "at": timezone.now()}
        assert queries.devices_of(**said) == []
        assert [d.model for d in queries.devices_of(**said, archives=True)] == ["HEM-6232T"]
    client.force_login(alice)
    assert client.get("/api/v1/devices").json()["results"] == []


def test_the_record_has_counts_and_no_values(cast: Cast, tmp_path: Path) -> None:
    bring(tmp_path, samples.OMRON_JA, cast.hanako)
    with acting_in(EVERYBODY):
        records = AuditRecord.objects.filter(patient_id=cast.hanako.pk).order_by("pk")
        found = {record.action: record.details for record in records}
    assert list(found)[-1] == "devices.archive_brought"
    assert found["devices.archive_begun"]["format"] == "omron"
    assert found["devices.archive_brought"]["counts"]["accepted"] == 3
    assert "131" not in json.dumps(list(found.values()))


def test_more_devices_than_anybody_has(cast: Cast, tmp_path: Path) -> None:
    content = "".join(native(n, device=f"D-{n}") for n in range(60))
    with pytest.raises(ArchiveRefused, match="more than 50 devices"):
        bring(tmp_path, content, cast.hanako)


def test_clocks_of_another_zone(cast: Cast, tmp_path: Path) -> None:
    content = native(1, measured_at="2026-03-29 02:30") + native(1, measured_at="2026-10-25 02:30")
    brought = bring(tmp_path, content, cast.hanako, timezone="Europe/Berlin")
    assert brought.counts == {"rejected": 1, "accepted": 1}
    assert brought.notes == {"in an hour that the clock showed twice": 1}
    with pytest.raises(ArchiveRefused, match="is no time zone"):
        bring(tmp_path, content, cast.hanako, timezone="Europe/Nowhere")


def test_the_command(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, rejects = tmp_path / "花子.csv", tmp_path / "rejects.ndjson"
    file.write_text(samples.OMRON_JA.replace('"128"', '"?"'))
    said = ["import_readings", str(file), "--patient", str(cast.hanako.pk)]
    call_command(*said, "--rejects", str(rejects), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer.pop("seconds") >= 0
    assert answer == {
        "format": "omron",
        "timezone": "Asia/Tokyo",
        "dry_run": False,
        "readings": 3,
        "accepted": 2,
        "duplicate": 0,
        "conflict": 0,
        "quarantined": 0,
        "rejected": 1,
        "devices": [f"archive:omron-connect:blood_pressure:{cast.hanako.pk}"],
        "notes": {},
    }
    rejects.write_text(rejects.read_text().replace('"?"', "128"))
    call_command("import_readings", str(rejects), "--patient", str(cast.hanako.pk), "--dry-run")
    out = capsys.readouterr().out
    assert "Dry run, nothing was written: 1 readings of the format native" in out
    assert "accepted             1" in out


@pytest.mark.parametrize(
    ("name", "rejects", "why"),
    [("absent", "r", "absent cannot be read"), ("there", "no/such/folder", "No such file")],
)
def test_the_command_names_what_is_wrong(
    cast: Cast, tmp_path: Path, name: str, rejects: str, why: str
) -> None:
    (tmp_path / "there").write_text(samples.OMRON_JA)
    with pytest.raises(CommandError, match=why):
        call_command(
            "import_readings",
            str(tmp_path / name),
            "--patient",
            str(cast.hanako.pk),
            "--rejects",
            str(tmp_path / rejects),
        )
