"""People decide about what came in and is no reading; nothing disappears unseen."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from devices import authenticating, ingest, queries, registry, reviewing, whose
from devices.kinds.blood_pressure import limits
from devices.models import BloodPressureReading, QuarantinedItem, ReadingConflict, Resolution
from devices.reviewing import ReviewRefused
from devices.wire.native import JSON, read
from healthcare.hospitals.scope import Scope, ScopeMissing, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient, Purpose
from reports.models import Alert
from tests.cast import Cast
from tests.factories import ConsentFactory
from tests.looking import audit_records, everybody
from tests.unit.devices.conftest import BY, HANDED_OVER, Handed, Post, item

WHY = "asked her by telephone"
HOUR = timedelta(hours=1)


def held() -> QuarantinedItem:
    with everybody():
        return QuarantinedItem.objects.select_related("device").get()


def own(patient: Patient) -> Scope:
    return Scope.people(frozenset([patient.pk]))


def of(patient: Patient) -> list[int]:
    with everybody():
        end = timezone.now() + 24 * HOUR
        rows = queries.blood_pressure(patient_id=patient.pk, start=HANDED_OVER, end=end)
        return [row.systolic for row in rows]


def test_dismissed_is_kept_with_its_reason(cast: Cast, cuff: Handed, post: Post) -> None:
    post(cuff.token, item(systolic=20))
    now = timezone.now()
    with acting_in(scope_for(cast.alice, now=now)):
        found = QuarantinedItem.objects.get()
        with pytest.raises(ReviewRefused, match="few words"):
            reviewing.dismiss(item=found, reason="", now=now, by=cast.alice.actor)
        reviewing.dismiss(item=found, reason=WHY, now=now, by=cast.alice.actor)
        with pytest.raises(ReviewRefused, match="already"):
            reviewing.dismiss(item=found, reason=WHY, now=now, by=cast.alice.actor)
    kept = held()
    assert (kept.resolution, kept.resolution_note) == (Resolution.DISMISSED, WHY)
    assert kept.resolved_by == str(cast.alice.actor)
    (record,) = audit_records(action="devices.quarantine_resolved")
    assert (record.patient_id, record.details["reason"]) == (cast.hanako.pk, WHY)


def test_who_may_only_read_decides_nothing(cast: Cast, cuff: Handed, post: Post) -> None:
    post(cuff.token, item(systolic=20))
    found, now = held(), timezone.now()
    for scope in (
        Scope.family(cast.wataru.pk, now=now),
        Scope.support(),
        Scope.ingest(),
        Scope.opened(cast.minami.pk, user_id=cast.charlie.pk, now=now),
    ):
        with acting_in(scope), pytest.raises(ScopeMissing):
            reviewing.dismiss(item=found, reason=WHY, now=now, by=BY)
    with acting_in(scope_for(cast.charlie, now=now)):
        assert not QuarantinedItem.objects.exists()


def test_asked_again_after_a_rule_changed(
    cast: Cast, cuff: Handed, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(cuff.token, item(systolic=305, diastolic=100))
    now = timezone.now()
    with everybody():
        result = reviewing.redrive(item=held(), now=now, by=BY)
    assert (result.status, held().resolution) == ("quarantined", "")
    monkeypatch.setattr(limits, "SYSTOLIC", (50, 310))
    assert run("redrive", "all", "--code=implausible") == {"stored": 1, "waiting": 0}
    assert of(cast.hanako) == [305]
    assert held().resolution == Resolution.RELEASED


def test_what_is_old_rings_nobody(cast: Cast, cuff: Handed, post: Post) -> None:
    old = (timezone.now() - 25 * HOUR).isoformat()
    post(cuff.token, item(systolic=190, user_slot=2, measured_at=old))
    with everybody():
        reviewing.assign(item=held(), patient=cast.hanako, reason=WHY, now=timezone.now(), by=BY)
        assert not Alert.objects.filter(kind="crisis").exists()
    assert of(cast.hanako) == [190]


def test_a_wrong_clock_is_set_right_and_the_wrong_time_never_counts(
    cast: Cast, cuff: Handed, post: Post
) -> None:
    wrong = timezone.now().replace(microsecond=0) + 3 * HOUR
    said = item(measured_at=wrong.isoformat(), id=5)
    post(cuff.token, said)
    now = timezone.now()
    with acting_in(scope_for(cast.alice, now=now)):
        for ahead, words in ((timedelta(0), "off by"), (timedelta(days=999), "at most")):
            with pytest.raises(ReviewRefused, match=words):
                reviewing.set_clock(item=held(), ahead=ahead, reason=WHY, now=now, by=BY)
        with pytest.raises(ReviewRefused, match="future"):
            reviewing.set_clock(item=held(), ahead=HOUR, reason=WHY, now=now, by=BY)
        with pytest.raises(ReviewRefused, match="clock"):
            reviewing.redrive(item=held(), now=now, by=BY)
        reviewing.set_clock(item=held(), ahead=4 * HOUR, reason=WHY, now=now, by=BY)
    with everybody():
        stored = BloodPressureReading.objects.get()
    assert stored.measured_at == wrong - 4 * HOUR
    assert stored.original is not None
    assert stored.original["clock_ahead_seconds"] == 4 * 3600
    assert held().resolution == Resolution.RELEASED
    # When that time has come, the cuff sends its memory once more.
    later = now + 5 * HOUR
    credential = authenticating.find(cuff.token, at=later)
    assert credential is not None
    body = read(json.dumps({**said, "systolic": 190}).encode(), JSON)
    with acting_in(Scope.ingest()):
        (result,) = ingest.take_in(body, credential=credential, received_at=later)
    assert result.status == "accepted"
    assert of(cast.hanako) == [128]
    with everybody():
        assert not Alert.objects.exists()


def test_the_estimated_clock_is_used(cast: Cast, cuff: Handed, post: Post) -> None:
    wrong = timezone.now() + 5 * HOUR
    post(cuff.token, item(measured_at=wrong.isoformat()))
    with everybody():
        reviewing.set_clock(item=held(), reason=WHY, now=timezone.now() + HOUR, by=BY)
        stored = BloodPressureReading.objects.get()
    assert abs(stored.measured_at - timezone.now()) < timedelta(minutes=2)


def test_a_member_answers_whose_it_is(cast: Cast, cuff: Handed, post: Post) -> None:
    said = item(user_slot=2)
    post(cuff.token, said)
    now = timezone.now()
    with acting_in(own(cast.taro)):
        assert whose.open_items(patient=cast.taro, now=now) == []
        with pytest.raises(QuarantinedItem.DoesNotExist):
            whose.mine(item_id=held().pk, patient=cast.taro, now=now, by=BY)
    with acting_in(own(cast.hanako)):
        (answer,) = whose.open_items(patient=cast.hanako, now=now)
        assert answer.others == 0
        whose.mine(item_id=answer.item.pk, patient=cast.hanako, now=now, by=BY)
        assert whose.open_items(patient=cast.hanako, now=now) == []
    assert of(cast.hanako) == [128]
    assert held().resolution == Resolution.RELEASED


def test_nobodys_is_dismissed_when_everybody_said_so(cast: Cast, cuff: Handed, post: Post) -> None:
    with everybody():
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
        registry.hand_over(
            serial=cuff.serial,
            patient=cast.taro,
            user_slot=1,
            at=HANDED_OVER,
            now=timezone.now(),
            by=BY,
        )
    post(cuff.token, item(user_slot=2))
    now = timezone.now()
    for person, resolution in ((cast.hanako, ""), (cast.taro, Resolution.DISMISSED)):
        with acting_in(own(person)):
            (answer,) = whose.open_items(patient=person, now=now)
            whose.not_mine(item_id=answer.item.pk, patient=person, now=now, by=BY)
            assert whose.open_items(patient=person, now=now) == []
        assert held().resolution == resolution


def test_the_memory_of_a_former_holder_is_not_asked_about(
    cast: Cast, cuff: Handed, post: Post
) -> None:
    with everybody():
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
        at = timezone.now() - HOUR
        registry.hand_over(serial=cuff.serial, patient=cast.taro, at=at, now=timezone.now(), by=BY)
    post(cuff.token, item(user_slot=2, measured_at=(at - HOUR).isoformat()))
    with acting_in(own(cast.taro)):
        assert whose.open_items(patient=cast.taro, now=timezone.now()) == []


def test_nothing_is_stored_for_who_does_not_consent(cast: Cast, cuff: Handed, post: Post) -> None:
    post(cuff.token, item(user_slot=2))
    with everybody(), pytest.raises(ReviewRefused, match="consent"):
        reviewing.assign(item=held(), patient=cast.taro, reason=WHY, now=timezone.now(), by=BY)
    assert held().resolution == ""


def test_what_is_sealed_stays_sealed(post: Post, gateway_token: str, cast: Cast) -> None:
    post(gateway_token, item(device="CUFF-9"))
    now = timezone.now()
    with everybody():
        for act in (
            lambda: reviewing.redrive(item=held(), now=now, by=BY),
            lambda: reviewing.dismiss(item=held(), reason=WHY, now=now, by=BY),
        ):
            with pytest.raises(ReviewRefused, match="sealed"):
                act()
    with pytest.raises(CommandError, match="sealed"):
        run("show", str(held().pk))
    assert run("list")["items"][0]["device"] == "sealed"


def conflict_of(cuff: Handed, post: Post) -> ReadingConflict:
    said = item(id=3)
    post(cuff.token, said)
    assert post(cuff.token, {**said, "systolic": 141}).status_code == 409
    with everybody():
        return ReadingConflict.objects.get()


def test_of_a_contradiction_the_first_stands_or_the_other(
    cast: Cast, cuff: Handed, post: Post
) -> None:
    found = conflict_of(cuff, post)
    now = timezone.now()
    with acting_in(scope_for(cast.alice, now=now)):
        reviewing.take_other(conflict=found, reason=WHY, now=now, by=cast.alice.actor)
        assert not queries.conflicts_of(patient_id=cast.hanako.pk).exists()
        with pytest.raises(ReviewRefused):
            reviewing.keep_stored(conflict=found, reason=WHY, now=now, by=cast.alice.actor)
    assert of(cast.hanako) == [141]


def test_the_command(cast: Cast, cuff: Handed, post: Post) -> None:
    found = conflict_of(cuff, post)
    assert run("conflicts")["items"][0]["id"] == found.pk
    assert run("keep", str(found.pk), f"--reason={WHY}")["review"] == "kept"
    assert run("conflicts")["waiting"] == 0
    post(cuff.token, item(user_slot=2))
    number = str(held().pk)
    assert run("list", "--code=unknown_user", f"--serial={cuff.serial}")["waiting"] == 1
    assert json.loads(run("show", number)["payload"])["user_slot"] == 2
    assert run("redrive", number)["status"] == "quarantined"
    with pytest.raises(CommandError, match="whose it is"):
        run("correct", number, f"--reason={WHY}")
    given = ("correct", number, f"--reason={WHY}", "--operator-subscriber-id=HANAKO")
    assert run(*given)["status"] == "accepted"
    assert run("list")["waiting"] == 0
    assert run("list", "--all")["items"][0]["resolution"] == "released"
    with pytest.raises(CommandError, match="already"):
        run("dismiss", number, f"--reason={WHY}")
    with pytest.raises(CommandError, match="no item"):
        run("show", "0")


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("quarantine", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


# --- the zone of a reading ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "again"),
    [
        # Travel: the same moment told by the clock of another place.
        ("2026-11-02T07:00:00+09:00", "2026-11-01T23:00:00+01:00"),
        # Both sides of the hour that comes twice in Berlin, and of the one that is left out.
        ("2026-10-25T02:30:00+02:00", "2026-10-25T01:30:00+01:00"),
        ("2026-03-29T01:59:00+01:00", "2026-03-29T02:59:00+02:00"),
        ("2026-11-01T15:00:00Z", "2026-11-01T15:00:00+00:00"),
    ],
)
def test_one_moment_told_by_two_clocks_is_one_reading(
    cast: Cast, cuff: Handed, post: Post, first: str, again: str
) -> None:
    assert post(cuff.token, item(measured_at=first)).status_code == 201
    assert post(cuff.token, item(measured_at=again)).json()["results"][0]["status"] == "duplicate"
    with everybody():
        (stored,) = BloodPressureReading.objects.all()
    told = datetime.fromisoformat(first)
    assert stored.measured_at == told
    assert timedelta(minutes=stored.utc_offset) == told.utcoffset()


def test_the_hour_that_comes_twice_holds_two_readings(cast: Cast, cuff: Handed, post: Post) -> None:
    twice = ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]
    for time in twice:
        assert post(cuff.token, item(measured_at=time)).status_code == 201
    with everybody():
        rows = queries.blood_pressure(
            patient_id=cast.hanako.pk,
            start=datetime(2026, 10, 25, tzinfo=UTC),
            end=datetime(2026, 10, 26, tzinfo=UTC),
        )
    assert [row.local.isoformat() for row in rows] == twice
