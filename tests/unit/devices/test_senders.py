"""Who may post for which device: a gateway for those entrusted to it, a member's app for those in
the member's hands. A foreign serial and one that nobody registered look the same."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices import queries, registry
from devices.models import AppToken, DeviceCredential, GatewayEntrustment, QuarantinedItem
from devices.registry import RegistryError
from devices.signals import readings_stored
from healthcare.hospitals.scope import Scope, acting_in, current
from healthcare.patients.consenting import give, withdraw
from healthcare.patients.models import Patient, Purpose
from healthcare.subscribers.models import Line
from tests.cast import Cast
from tests.factories import ConsentFactory, PatientFactory
from tests.looking import audit_records
from tests.unit.devices.conftest import BY, HANDED_OVER, Entrust, Hand, Post, item
from tests.unit.devices.phone import Phone

EVERYBODY = Scope.system("a test looks")
OWN, FOREIGN, ABSENT = "CUFF-OWN", "CUFF-FOREIGN", "CUFF-ABSENT"
SERIALS = st.lists(st.sampled_from([OWN, FOREIGN, ABSENT]), min_size=1, max_size=12)
# Each reading has a time of its own: one that was drawn twice would be a repeat.
MOMENTS = ((datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=n)).isoformat() for n in count())


def stored(patient: Patient) -> int:
    with acting_in(EVERYBODY):
        now = timezone.now()
        return len(queries.blood_pressure(patient_id=patient.pk, start=HANDED_OVER, end=now))


def held() -> list[QuarantinedItem]:
    with acting_in(EVERYBODY):
        return list(QuarantinedItem.objects.order_by("pk"))


def codes(answer: Any) -> list[tuple[str, str | None]]:
    return [(result["status"], result["code"]) for result in answer.json()["results"]]


@pytest.fixture
def spouse(cast: Cast) -> Patient:
    with acting_in(EVERYBODY):
        patient: Patient = PatientFactory()
        ConsentFactory(patient=patient, purpose=Purpose.CARE)
    return patient


@pytest.fixture
def two_devices(hand: Hand, cast: Cast, spouse: Patient) -> None:
    """One is Hanako's, one the spouse's."""
    hand(cast.hanako, OWN)
    hand(spouse, FOREIGN)


@pytest.fixture
def gateway(two_devices: None, gateway_token: str, entrust: Entrust) -> str:
    """The token of a gateway with one of the two."""
    entrust(OWN)
    return gateway_token


@pytest.fixture
def app_token(two_devices: None, cast: Cast, phone: Phone) -> str:
    """The token of Hanako's phone."""
    return str(phone.connected(cast.member)["access_token"])


def check(token: str, serials: list[str], own: Patient, foreign: Patient) -> None:
    """Own is stored; foreign and absent are sealed, and nothing in the answer tells them apart."""
    before = stored(own), stored(foreign)
    answer = Client().post(
        "/api/v1/readings",
        {"readings": [item(device=serial, measured_at=next(MOMENTS)) for serial in serials]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    expected = [
        ("accepted", None) if serial == OWN else ("quarantined", "unknown_device")
        for serial in serials
    ]
    assert codes(answer) == expected
    results = answer.json()["results"]
    sealed = [{**result, "index": 0} for result in results if result["status"] == "quarantined"]
    assert all(result == sealed[0] for result in sealed)
    assert (stored(own), stored(foreign)) == (before[0] + serials.count(OWN), before[1])
    assert {(row.patient_id, row.device_id) for row in held()} <= {(None, None)}


BODIES = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@BODIES
@given(serials=SERIALS)
def test_a_gateway_posts_for_what_was_entrusted(
    gateway: str, cast: Cast, spouse: Patient, serials: list[str]
) -> None:
    check(gateway, serials, cast.hanako, spouse)


@BODIES
@given(serials=SERIALS)
def test_an_app_posts_for_what_its_member_holds(
    app_token: str, cast: Cast, spouse: Patient, serials: list[str]
) -> None:
    check(app_token, serials, cast.hanako, spouse)


def test_what_was_withdrawn_is_foreign_again(
    cast: Cast, gateway: str, post: Post, entrust: Entrust
) -> None:
    entrust(OWN)  # a second time changes nothing
    with acting_in(EVERYBODY):
        registry.withdraw_from_gateway(gateway="ward-hub", serial=OWN, now=timezone.now(), by=BY)
    assert codes(post(gateway, item(device=OWN))) == [("quarantined", "unknown_device")]
    (row,) = GatewayEntrustment.objects.all()
    assert row.period.upper is not None
    actions = [record.action for record in audit_records(subject_type="device")]
    assert actions[-2:] == ["devices.entrusted", "devices.entrustment_ended"]
    entrust(OWN)
    assert [row.resolution for row in held()] == ["released"]
    assert stored(cast.hanako) == 1


def test_a_retired_device_is_foreign(cast: Cast, gateway: str, app_token: str, post: Post) -> None:
    with acting_in(EVERYBODY):
        registry.retire(serial=OWN, now=timezone.now(), by=BY)
    for token in (gateway, app_token):
        assert codes(post(token, item(device=OWN))) == [("quarantined", "unknown_device")]


def test_a_retired_gateway(gateway: str, post: Post, entrust: Entrust) -> None:
    assert post(gateway, item(device=OWN)).status_code == 201
    registry.retire_gateway(name="ward-hub", now=timezone.now(), by=BY)
    assert post(gateway, item(device=OWN, id="2")).status_code == 401
    with pytest.raises(RegistryError, match="retired"):
        entrust(OWN)


def test_a_body_reaches_the_holders_of_its_devices_alone(
    cast: Cast, gateway: str, app_token: str, post: Post
) -> None:
    told: list[Any] = []

    def listen(patient_ids: Any, **news: Any) -> None:
        told.append((current().kind, list(patient_ids)))

    readings_stored.connect(listen)
    try:
        for token in (gateway, app_token):
            post(token, item(device=OWN, id=token))
    finally:
        readings_stored.disconnect(listen)
    assert told == [("ingest", [cast.hanako.pk])] * 2


@pytest.mark.parametrize("missing", ["device", "token"])
def test_a_sender_names_the_device(app_token: str, post: Post, missing: str) -> None:
    if missing == "device":
        assert codes(post(app_token, {"readings": [item()]})) == [("rejected", "malformed")]
    else:
        assert post("", item(device=OWN)).status_code == 401


def test_an_app_never_posts_for_another_user_of_the_device(
    cast: Cast, hand: Hand, spouse: Patient, phone: Phone, post: Post
) -> None:
    hand(cast.hanako, "SHARED", user_slot=1)
    with acting_in(EVERYBODY):
        registry.hand_over(
            serial="SHARED",
            patient=spouse,
            user_slot=2,
            at=HANDED_OVER,
            now=timezone.now(),
            by=BY,
        )
    token = phone.connected(cast.member)["access_token"]
    said = item(device="SHARED", user_slot=2)
    # Exactly what is said of a slot that nobody ever held.
    nobody = post(token, {**said, "user_slot": 3}).json()["results"]
    theirs = post(token, said).json()["results"]
    assert theirs[0]["detail"] == nobody[0]["detail"].replace("slot 3", "slot 2")
    assert codes(post(token, {**said, "user_slot": 1, "id": "1"})) == [("accepted", None)]
    assert (stored(cast.hanako), stored(spouse)) == (1, 0)
    # What was kept back is not stored for the other person by a later change, either.
    with acting_in(EVERYBODY):
        now = timezone.now()
        registry.hand_over(
            serial="SHARED", patient=cast.hanako, user_slot=4, at=now, now=now, by=BY
        )
    assert (stored(cast.hanako), stored(spouse)) == (1, 0)


def test_an_app_posts_late_for_its_member_and_not_for_who_came_after(
    cast: Cast, app_token: str, spouse: Patient, post: Post
) -> None:
    handed = timezone.now() - timedelta(hours=2)
    with acting_in(EVERYBODY):
        registry.hand_over(serial=OWN, patient=spouse, at=handed, now=timezone.now(), by=BY)
    before = item(device=OWN, measured_at=(handed - timedelta(minutes=1)).isoformat())
    after = item(device=OWN, measured_at=(handed + timedelta(minutes=1)).isoformat())
    assert codes(post(app_token, before)) == [("accepted", None)]
    assert codes(post(app_token, after)) == [("quarantined", "unknown_user")]
    assert (stored(cast.hanako), stored(spouse)) == (1, 0)


def test_what_an_app_sent_too_early_is_released_to_its_member(
    cast: Cast, phone: Phone, hand: Hand, post: Post, spouse: Patient
) -> None:
    token = phone.connected(cast.member)["access_token"]
    for serial in ("NEW-1", "NEW-2"):
        assert codes(post(token, item(device=serial))) == [("quarantined", "unknown_device")]
    hand(cast.hanako, "NEW-1")
    hand(spouse, "NEW-2")
    assert [row.resolution for row in held()] == ["released", ""]
    assert (stored(cast.hanako), stored(spouse)) == (1, 0)


def test_an_app_opens_nothing_but_this_door(cast: Cast, app_token: str, client: Client) -> None:
    headers = {"Authorization": f"Bearer {app_token}"}
    for path in ("devices", f"patients/{cast.hanako.pk}/readings", "invoices", "imports"):
        answer = client.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code in (401, 403), path
    assert client.get("/my/", headers=headers).status_code == 302


def test_an_app_is_refused_without_consent_or_log_in(
    cast: Cast, app_token: str, post: Post
) -> None:
    now = timezone.now()
    with acting_in(EVERYBODY):
        withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=now, by=BY)
    assert post(app_token, item(device=OWN)).status_code == 401
    with acting_in(EVERYBODY):
        give(patient=cast.hanako, purposes=[Purpose.CARE], since=now, now=now, by=BY)
    assert post(app_token, item(device=OWN)).status_code == 201
    cast.member.is_active = False
    cast.member.save()
    assert post(app_token, item(device=OWN)).status_code == 401
    cast.member.is_active = True
    cast.member.save()
    with acting_in(EVERYBODY):
        Patient.objects.filter(pk=cast.hanako.pk).update(user=None)
    assert post(app_token, item(device=OWN)).status_code == 401


def test_the_end_of_a_line_does_not_end_an_app(cast: Cast, app_token: str, post: Post) -> None:
    with acting_in(EVERYBODY):
        line = Line.objects.get(contract__patient=cast.hanako)
        line.period = DateRange(line.period.lower, timezone.now().date())
        line.save()
    assert post(app_token, item(device=OWN)).status_code == 201


def test_every_refusal_reads_the_same(
    cast: Cast, hand: Hand, gateway: str, app_token: str, post: Post
) -> None:
    """Unknown, revoked, retired, expired, ended: nobody is told which."""
    revoked, retired = hand(cast.hanako, "REVOKED"), hand(cast.hanako, "RETIRED")
    DeviceCredential.objects.filter(device=revoked.device).update(revoked_at=timezone.now())
    with acting_in(EVERYBODY):
        registry.retire(serial="RETIRED", now=timezone.now(), by=BY)
        AppToken.objects.update(access_expires_at=timezone.now())
    registry.retire_gateway(name="ward-hub", now=timezone.now(), by=BY)
    tokens = [
        *("mmd_unknown", "mmg_unknown", "mma_unknown", "mmp_unknown", "unknown", "ü", ""),
        *(revoked.token, retired.token, gateway, app_token),
    ]
    answers = [post(token, item(device=OWN)) for token in tokens]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}
