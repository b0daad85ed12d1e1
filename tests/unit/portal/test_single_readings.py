"""Single stored readings on the pages: taken back by a clinician, disowned by the member, taken by
who else uses the device; seen as such by everybody who looks."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices import authenticating, claiming, ingest, queries, stocking
from devices.models import QuarantinedItem, ReadingRetraction
from devices.wire.native import JSON, read
from healthcare.accounts.models import Role, User
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient, Purpose
from reports.models import Report
from tests.cast import Cast
from tests.factories import ConsentFactory, UserFactory
from tests.looking import access_events, audit_records, everybody
from tests.measuring import measure_days
from tests.unit.portal.conftest import BY, Day, SignIn

MINE = "/my/readings/single/"
KEY = re.compile(r'href="\?reading=([A-Za-z0-9_-]+)">[^<]*<span class="unseen"> ([^<]*)</span>')
Row = dict[str, Any]


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def keys(answer: Any) -> dict[str, str]:
    """What a list offers to decide about: the key of each reading, by its words."""
    return {words: key for key, words in KEY.findall(text(answer))}


def key_of(client: Client, url: str, words: str) -> str:
    """The key of the newest reading that says so."""
    return next(key for said, key in keys(client.get(url)).items() if words in said)


def clinic(patient: int) -> str:
    return reverse("portal:clinic:readings", args=[patient])


def systolics(patient: Patient, since: datetime) -> list[int]:
    with everybody():
        rows = queries.blood_pressure(patient_id=patient.pk, start=since, end=timezone.now())
        return [row.systolic for row in rows]


def taro_signs_in(cast: Cast) -> User:
    user = UserFactory(username="taro", role=Role.MEMBER)
    with everybody():
        Patient.objects.filter(pk=cast.taro.pk).update(user=user)
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
    return user


@pytest.fixture
def shared(cast: Cast) -> datetime:
    """A cuff in the hands of hanako (user 1) and taro (user 2): 151 over 91 came from user 1."""
    now = timezone.now()
    at = (now - timedelta(minutes=10)).replace(microsecond=0)
    with everybody():
        box = stocking.stock(kind="blood_pressure", serial="BOX-9", now=now, by=BY)
        code = claiming.renew_code(device=box.device, now=now, by=BY)
        for patient, slot in ((cast.hanako, 1), (cast.taro, 2)):
            claiming.claim(
                code=code,
                patient=patient,
                user_slot=slot,
                now=now - timedelta(hours=1),
                by=BY,
            )
    said = {"kind": "blood_pressure", "systolic": 151, "diastolic": 91, "user_slot": 1, "id": 5}
    sender = authenticating.as_device(device_id=box.device.pk, serial="BOX-9", at=now)
    with acting_in(Scope.ingest()):
        batch = read(msgspec.json.encode({**said, "measured_at": at}), JSON)
        ingest.take_in(batch, credential=sender, received_at=now)
    assert systolics(cast.hanako, at) == [151]
    return at


@pytest.mark.parametrize(
    "words", ["over", "a night of", "kg", "oxygen"], ids=["pressure", "sleep", "weight", "oxygen"]
)
def test_a_clinician_takes_back_a_reading_of_any_kind_and_thinks_better_of_it(
    cast: Cast, day: Day, sign_in: SignIn, words: str
) -> None:
    client, url = sign_in(cast.alice), clinic(day.patient)
    key = key_of(client, f"{url}?days=30", words)
    asked = text(client.get(url, {"reading": key}))
    assert "no longer counts in means, charts, alerts and reports" in asked
    decision = {"do": "withdraw", "reading": key, "reason": "the cuff sat on the sleeve"}
    short = client.post(url, {**decision, "reason": " x "})
    assert (short.status_code, "Say why in a few words." in text(short)) == (422, True)
    done = client.post(url, decision)
    assert done.status_code == 302
    listed = text(client.get(done.headers["Location"]))
    assert "the cuff sat on the sleeve" in listed
    assert re.search(rf"<s [^>]*><b>[^<]*{words}", listed)
    page = text(client.get(reverse("portal:clinic:patient", args=[day.patient])))
    assert "the cuff sat on the sleeve" in page
    assert client.post(url, decision).status_code == 422
    with everybody():
        (row,) = ReadingRetraction.objects.all()
    assert (row.cause, row.retracted_by) == ("withdrawn", str(cast.alice.actor))
    (record,) = audit_records(action="devices.readings_withdrawn")
    assert (record.patient_id, record.actor_id) == (day.patient, str(cast.alice.pk))
    again = client.post(url, {**decision, "do": "restore", "reason": "it was right"})
    assert again.status_code == 302
    (record,) = audit_records(action="devices.readings_restored")
    assert record.details["reason"] == "it was right"
    with everybody():
        assert not ReadingRetraction.objects.filter(restored_at=None).exists()
    assert key in keys(client.get(done.headers["Location"])).values()


def test_the_report_of_its_days_is_made_again(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client, url = sign_in(cast.alice), clinic(day.patient)
    key = key_of(client, f"{url}?days=30", "over")
    client.post(url, {"do": "withdraw", "reading": key, "reason": "not hers"})
    with everybody():
        assert sorted(Report.objects.values_list("version", flat=True)) == [1, 2]


def test_another_hospital_and_a_wrong_key_find_nothing(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    url = clinic(day.patient)
    key = key_of(sign_in(cast.alice), f"{url}?days=30", "over")
    decision = {"do": "withdraw", "reading": key, "reason": "not hers"}
    client = sign_in(cast.charlie)
    assert client.get(url).status_code == 404
    assert client.get(url, {"reading": key}).status_code == 404
    assert client.post(url, decision).status_code == 404
    client = sign_in(cast.alice)
    for wrong in ("x", "é", "A" * 1999, key[:-6], key + "AAAA"):
        assert client.get(url, {"reading": wrong}).status_code == 404
        assert client.post(url, {**decision, "reading": wrong}).status_code == 404
    assert client.post(url, {**decision, "do": "not_me"}).status_code == 404
    assert client.post(url, {**decision, "do": "restore"}).status_code == 404
    with everybody():
        assert not ReadingRetraction.objects.exists()


def test_a_member_disowns_and_takes_again_only_what_is_their_own(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.member)
    before = systolics(cast.hanako, day.now - timedelta(days=30))
    key = key_of(client, f"{MINE}?days=30", "over")
    assert "Somebody else uses this device" not in text(client.get(MINE, {"reading": key}))
    words = {"do": "not_me", "reading": key, "reason": "my sister tried it"}
    other = sign_in(taro_signs_in(cast))
    assert other.get(MINE, {"reading": key}).status_code == 404
    assert other.post(MINE, words).status_code == 404
    client = sign_in(cast.member)
    answer = client.post(MINE, words, follow=True)
    assert "It no longer counts." in text(answer)
    for page in (answer, client.get("/my/readings/")):
        assert "you: the member says: not me — my sister tried it" in text(page)
    assert len(systolics(cast.hanako, day.now - timedelta(days=30))) == len(before) - 1
    with everybody():
        assert not QuarantinedItem.objects.filter(code="disowned").exists()
    seen = text(sign_in(cast.alice).get(reverse("portal:clinic:patient", args=[day.patient])))
    assert "the patient: the member says: not me — my sister tried it" in seen
    # What the patient said is the patient's to undo.
    undo = {"do": "restore", "reading": key, "reason": "we need it"}
    assert sign_in(cast.alice).post(clinic(day.patient), undo).status_code == 404
    assert sign_in(cast.member).post(MINE, undo).status_code == 302
    assert systolics(cast.hanako, day.now - timedelta(days=30)) == before


def test_a_member_does_not_undo_what_a_clinician_took_back(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    url = clinic(day.patient)
    client = sign_in(cast.alice)
    key = key_of(client, f"{url}?days=30", "over")
    client.post(url, {"do": "withdraw", "reading": key, "reason": "during a test of the cuff"})
    client = sign_in(cast.member)
    assert "a clinician: during a test of the cuff" in text(client.get("/my/readings/"))
    assert "ask your hospital" in text(client.get(MINE, {"reading": key}))
    assert client.post(MINE, {"do": "restore", "reading": key}).status_code == 404
    client = sign_in(cast.bob)
    again = {"do": "restore", "reading": key, "reason": "it was no test"}
    assert client.post(url, again).status_code == 302


def test_the_package_bounds_how_far_back(cast: Cast, sign_in: SignIn) -> None:
    """Taro's shows 62 days; his hospital sees all."""
    taro = taro_signs_in(cast)
    today = timezone.now().date()
    with everybody():
        for ago in (70, 50):
            measure_days(cast.taro, today - timedelta(days=ago), 1, morning=138, evening=130)
    url = clinic(cast.taro.pk)
    days = {ago: str(today - timedelta(days=ago)) for ago in (70, 50)}
    client = sign_in(cast.alice)
    found = {ago: [*keys(client.get(url, {"day": days[ago]})).values()] for ago in days}
    client = sign_in(taro)
    assert [*keys(client.get(MINE, {"day": days[50]})).values()] == found[50]
    assert client.get(MINE, {"reading": found[50][0]}).status_code == 200
    assert keys(client.get(MINE, {"day": days[70]})) == {}
    assert client.get(MINE, {"reading": found[70][0]}).status_code == 404
    assert client.post(MINE, {"do": "not_me", "reading": found[70][0]}).status_code == 404


def test_who_else_uses_the_device_is_asked_and_neither_learns_of_the_other(
    cast: Cast, shared: datetime, sign_in: SignIn
) -> None:
    taro = taro_signs_in(cast)
    client = sign_in(cast.member)
    key = key_of(client, MINE, "151 over 91")
    page = text(client.get(MINE, {"reading": key}))
    assert "Somebody else uses this device too." in page
    answer = client.post(MINE, {"do": "not_me", "reading": key}, follow=True)
    assert "Whoever else uses the device is asked." in text(answer)
    assert systolics(cast.taro, shared) == []
    assert "151" not in text(client.get("/my/whose/"))
    with everybody():
        item = QuarantinedItem.objects.get(code="disowned")
    # Nobody who does not hold the device answers, and not the one who disowned it.
    mine = {"item": str(item.pk), "do": "mine"}
    assert client.post("/my/whose/", mine).status_code == 404
    client = sign_in(taro)
    page = text(client.get("/my/whose/"))
    assert "151 over 91" in page
    assert "花子" not in page
    assert client.post("/my/whose/", mine).status_code == 302
    assert client.post("/my/whose/", mine).status_code == 404
    assert (systolics(cast.hanako, shared), systolics(cast.taro, shared)) == ([], [151])
    received = audit_records(action="devices.readings_received")[0]
    assert received.patient_id == cast.taro.pk
    assert str(cast.hanako.pk) not in str(received.details)
    # It is somebody's now: the first holder cannot take it again, nor sees whose it is.
    client = sign_in(cast.member)
    page = text(client.get(MINE, {"reading": key}))
    assert "It is another person's" in page
    assert "太郎" not in page
    assert client.post(MINE, {"do": "restore", "reading": key}).status_code == 404


def test_thought_better_of_it_before_anybody_answered(
    cast: Cast, shared: datetime, sign_in: SignIn
) -> None:
    taro = taro_signs_in(cast)
    for _ in range(2):
        client = sign_in(cast.member)
        key = key_of(client, MINE, "151 over 91")
        client.post(MINE, {"do": "not_me", "reading": key})
        assert "151" in text(sign_in(taro).get("/my/whose/"))
        assert sign_in(cast.member).post(MINE, {"do": "restore", "reading": key}).status_code == 302
        assert "151" not in text(sign_in(taro).get("/my/whose/"))
    assert systolics(cast.hanako, shared) == [151]
    with everybody():
        notes = QuarantinedItem.objects.values_list("resolution", flat=True)
        assert list(notes) == ["dismissed", "dismissed"]


def test_nobodys_and_back_again(cast: Cast, shared: datetime, sign_in: SignIn) -> None:
    """Each of the two may say so; what went from one to the other comes back the same way."""
    taro = taro_signs_in(cast)
    people = [(cast.member, taro), (taro, cast.member)]
    for holder, other in people:
        client = sign_in(holder)
        key = key_of(client, MINE, "151 over 91")
        client.post(MINE, {"do": "not_me", "reading": key})
        with everybody():
            item = QuarantinedItem.objects.get(code="disowned", resolution="")
        mine = {"item": str(item.pk), "do": "mine"}
        assert sign_in(other).post("/my/whose/", mine).status_code == 302
    assert (systolics(cast.hanako, shared), systolics(cast.taro, shared)) == ([151], [])
    client = sign_in(cast.member)
    client.post(MINE, {"do": "not_me", "reading": key_of(client, MINE, "151 over 91")})
    with everybody():
        item = QuarantinedItem.objects.get(code="disowned", resolution="")
    not_mine = {"item": str(item.pk), "do": "not_mine"}
    assert sign_in(taro).post("/my/whose/", not_mine).status_code == 302
    with everybody():
        item.refresh_from_db()
    assert item.resolution == "dismissed"
    assert (systolics(cast.hanako, shared), systolics(cast.taro, shared)) == ([], [])


def test_every_look_leaves_one_access_event(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client, url = sign_in(cast.alice), clinic(day.patient)
    key = key_of(client, f"{url}?days=30", "over")
    client.get(url, {"reading": key})
    assert len(access_events(what="clinic.readings", actor_id=str(cast.alice.pk))) == 2
    client = sign_in(cast.member)
    client.get(MINE, {"reading": key})
    assert len(access_events(what="my.single-readings")) == 1
