"""Measuring with the member's own browser: the page in words, and what its door takes in."""

import json
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices import authenticating, receiving, registry
from devices.models import BloodPressureReading, QuarantinedItem, Resolution
from devices.wire import native
from healthcare.accounts import factors, sessions
from healthcare.accounts.models import Session, User
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting
from healthcare.patients.models import Patient, Purpose
from tests.cast import Cast
from tests.factories import ConsentFactory, PatientFactory
from tests.unit.portal.conftest import BY, SignIn

EVERYBODY = Scope.system("a test looks")
OWN, FOREIGN, ABSENT = "CUFF-OWN", "CUFF-FOREIGN", "CUFF-ABSENT"
BEFORE = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.fixture
def spouse(cast: Cast) -> Patient:
    with acting_in(EVERYBODY):
        patient: Patient = PatientFactory()
        ConsentFactory(patient=patient, purpose=Purpose.CARE)
    return patient


@pytest.fixture
def cuffs(cast: Cast, spouse: Patient) -> None:
    """One is Hanako's, one the spouse's."""
    hand(OWN, cast.hanako)
    hand(FOREIGN, spouse)


def hand(serial: str, patient: Patient, **how: Any) -> None:
    with acting_in(EVERYBODY):
        registry.register(
            kind="blood_pressure",
            serial=serial,
            patient=patient,
            handed_over_at=BEFORE,
            now=timezone.now(),
            by=BY,
            **how,
        )


def heard(systolic: int = 128, diastolic: int = 82, **more: Any) -> dict[str, Any]:
    """An item as the page makes it: no clock and no user on the wire."""
    pressures = (systolic, diastolic, 97)
    value = "00" + "".join(n.to_bytes(2, "little").hex() for n in pressures)
    at = (timezone.now() - timedelta(minutes=1)).isoformat()
    item = {"kind": "ble", "characteristic": "2A35", "value": value, "device": OWN}
    return {**item, "received_at": at, "utc_offset": 540, **more}


def send(client: Client, *items: dict[str, Any]) -> Any:
    return client.post(
        reverse("portal:my:send-readings"),
        json.dumps({"readings": items}),
        content_type="application/json",
    )


def codes(answer: Any) -> list[tuple[str, str | None]]:
    return [(result["status"], result["code"]) for result in answer.json()["results"]]


def readings() -> list[tuple[int, int]]:
    with acting_in(EVERYBODY):
        rows = BloodPressureReading.objects.order_by("measured_at")
        return list(rows.values_list("patient_id", "systolic"))


def held() -> list[QuarantinedItem]:
    with acting_in(EVERYBODY):
        return list(QuarantinedItem.objects.order_by("pk"))


def test_ones_own_cuff_is_stored_once(cast: Cast, cuffs: None, sign_in: SignIn) -> None:
    client, item = sign_in(cast.member), heard()
    assert codes(send(client, item)) == [("accepted", None)]
    assert codes(send(client, item)) == [("duplicate", None)]
    assert readings() == [(cast.hanako.pk, 128)]


def test_a_page_gone_mad_is_told_to_wait(
    cast: Cast, cuffs: None, sign_in: SignIn, settings: LazySettings
) -> None:
    rates = settings.READING_RATES
    settings.READING_RATES = {**rates, ("member", "posts"): (2, 1), ("member", "items"): (2, 1)}
    client = sign_in(cast.member)
    assert codes(send(client, heard())) == [("accepted", None)]
    for _ in range(2):  # too many items first, then too many posts
        answer = send(client, heard(129), heard(130))
        assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
        assert 0 < int(answer["Retry-After"]) <= 60
    assert readings() == [(cast.hanako.pk, 128)]
    # Another session of the same member has its own allowance.
    assert codes(send(sign_in(cast.member), heard(131))) == [("accepted", None)]


def test_a_crisis_is_answered_with_advice(cast: Cast, cuffs: None, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    first = send(client, heard(190, 110)).json()["results"]
    second = send(client, heard(192, 111, received_at=timezone.now().isoformat())).json()["results"]
    assert [result["advice"] for result in first + second] == ["measure_again", "call_for_help"]


def test_another_serial_is_sealed_and_comes_to_nobody_else(
    cast: Cast, cuffs: None, spouse: Patient, sign_in: SignIn
) -> None:
    answer = send(sign_in(cast.member), heard(device=FOREIGN), heard(device=ABSENT))
    assert codes(answer) == [("quarantined", "unknown_device")] * 2
    details = {result["detail"] for result in answer.json()["results"]}
    assert len(details) == 1
    assert [(row.patient_id, row.sent_by_id) for row in held()] == [(None, cast.hanako.pk)] * 2
    # Whoever gets that cuff later does not get what Hanako's browser said of it.
    hand(ABSENT, spouse)
    assert readings() == []
    assert [row.resolution for row in held()] == ["", ""]


def test_what_was_sealed_is_released_when_the_cuff_becomes_theirs(
    cast: Cast, cuffs: None, sign_in: SignIn
) -> None:
    send(sign_in(cast.member), heard(device=ABSENT))
    hand(ABSENT, cast.hanako)
    assert [row.resolution for row in held()] == [Resolution.RELEASED]
    assert readings() == [(cast.hanako.pk, 128)]


def test_another_user_of_a_shared_cuff_does_not_exist(
    cast: Cast, spouse: Patient, sign_in: SignIn
) -> None:
    hand("SHARED", cast.hanako, user_slot=1)
    with acting_in(EVERYBODY):
        now = timezone.now()
        registry.hand_over(serial="SHARED", patient=spouse, user_slot=2, at=BEFORE, now=now, by=BY)
    of_two = "08" + "800052006100" + "02"
    answer = send(sign_in(cast.member), heard(device="SHARED", value=of_two))
    assert codes(answer) == [("quarantined", "unknown_user")]
    assert readings() == []


def test_a_forged_request_is_refused(cast: Cast, cuffs: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.member)
    assert send(client, heard()).status_code == 403
    page = client.get(reverse("portal:my:measure")).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    client.defaults["HTTP_X_CSRFTOKEN"] = found[1]
    assert codes(send(client, heard())) == [("accepted", None)]


# Clinicians and the like, signed in by a password alone, are led to their second factor.
@pytest.mark.parametrize("who", ["wataru", "alice", "sam", "olga", "ada"])
def test_nobody_else_sends(who: str, cast: Cast, cuffs: None, sign_in: SignIn) -> None:
    user: User = getattr(cast, who)
    answer = send(sign_in(user), heard())
    assert answer.status_code in (302, 404), answer.content
    assert (readings(), held()) == ([], [])


def test_half_a_sign_in_sends_nothing(cast: Cast, cuffs: None, client: Client) -> None:
    """After the password, before the second step."""
    cast.member.set_password("correct horse battery")
    cast.member.save(update_fields=["password"])
    factors.give_authenticator(user=cast.member, now=timezone.now(), by=BY)
    answer = client.post(
        "/sign-in", {"login": cast.member.username, "password": "correct horse battery"}
    )
    assert answer["Location"].startswith("/sign-in/second-factor")
    assert send(client, heard())["Location"].startswith("/sign-in")
    assert (readings(), held()) == ([], [])


def test_without_consent_nothing_is_stored_and_the_page_says_so(
    cast: Cast, cuffs: None, sign_in: SignIn
) -> None:
    with acting_in(EVERYBODY):
        consenting.withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=timezone.now(), by=BY)
    client = sign_in(cast.member)
    answer = send(client, heard())
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert (readings(), held()) == ([], [])
    page = client.get(reverse("portal:my:measure")).content.decode()
    assert "Without your consent to care nothing is stored." in page
    assert 'id="measuring"' not in page


@pytest.mark.parametrize("change", ["session", "account", "consent"])
def test_what_ends_while_it_stores_undoes_it(
    change: str, cast: Cast, cuffs: None, sign_in: SignIn
) -> None:
    sign_in(cast.member)
    now = timezone.now()
    session = Session.objects.get(user=cast.member)
    by = cast.member.actor
    credential = authenticating.as_browser(session_id=session.pk, at=now, by=by)
    assert credential is not None
    match change:
        case "session":
            sessions.end(user=cast.member, now=now, by=BY)
        case "account":
            User.objects.filter(pk=cast.member.pk).update(is_active=False)
        case _:
            with acting_in(EVERYBODY):
                consenting.withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=now, by=BY)
    batch = native.read(json.dumps({"readings": [heard()]}).encode(), native.JSON)
    assert receiving.receive(batch, credential=credential, token="") is None
    assert (readings(), held()) == ([], [])


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b" ", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"readings": 1}', "application/json", 400),
        (b"x", "text/plain", 415),
        (b'{"readings": [' + b"1," * 20_000 + b"1]}", "application/json", 413),
    ],
)
def test_a_bad_body_is_a_problem(
    body: bytes, kind: str, status: int, cast: Cast, cuffs: None, sign_in: SignIn
) -> None:
    address = reverse("portal:my:send-readings")
    answer = sign_in(cast.member).post(address, body, content_type=kind)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_the_page_asks_for_bluetooth_and_offers_ones_own_cuffs(
    cast: Cast, cuffs: None, sign_in: SignIn
) -> None:
    answer = sign_in(cast.member).get(reverse("portal:my:measure"))
    page = answer.content.decode()
    assert "bluetooth=(self)" in answer["Permissions-Policy"]
    assert OWN in page
    assert FOREIGN not in page
    other = sign_in(cast.member).get(reverse("portal:my:home"))
    assert "bluetooth=()" in other["Permissions-Policy"]


def test_without_a_cuff_the_page_says_what_to_do(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.member).get(reverse("portal:my:measure")).content.decode()
    assert "No cuff is registered for you" in page


def test_each_member_has_a_key_and_former_ones_still_open(
    cast: Cast, cuffs: None, sign_in: SignIn, settings: Any
) -> None:
    def keys() -> list[str]:
        page = sign_in(cast.member).get(reverse("portal:my:measure")).content.decode()
        found = re.search(r'data-keys="([^"]+)"', page)
        assert found
        return found[1].split(" ")

    (first,) = keys()
    assert len(b64decode(first)) == 32
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    second, former = keys()
    assert former == first != second
