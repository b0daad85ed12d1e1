"""Signing in as people do, over HTTP: password and code, passkey, recovery code."""

import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.utils import timezone

from healthcare.accounts import factors, people
from healthcare.accounts.middleware import LiveSessions
from healthcare.accounts.models import Method, Role, Session, User
from healthcare.accounts.totp import code_at
from healthcare.audit.actors import command
from tests.cast import Cast
from tests.factories import PASSWORD, HospitalFactory
from tests.looking import audit_records
from tests.signing_in import SoftAuthenticator, weakly

pytestmark = pytest.mark.django_db
BY = command("tests")
SECOND = "/sign-in/second-factor"
FACTOR = "/account/second-factor"


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def app_of(user: User) -> str:
    return factors.give_authenticator(user=user, now=timezone.now(), by=BY)


def password(client: Client, user: User, **more: str) -> str:
    posted = {"login": user.username, "password": PASSWORD, **more}
    return str(client.post("/sign-in", posted).get("Location"))


def code(client: Client, digits: str, where: str = SECOND) -> str | None:
    return client.post(where, {"code": digits}).get("Location")


def now_code(secret: str, steps: int = 0) -> str:
    return code_at(secret, timezone.now() + timedelta(seconds=30 * steps))


def options_in(page: str) -> dict[str, object]:
    found = re.search(r'data-options="([^"]+)"', page)
    assert found
    options: dict[str, object] = json.loads(found[1].replace("&quot;", '"'))
    return options


def add_passkey(client: Client) -> SoftAuthenticator:
    phone = SoftAuthenticator()
    page = client.get(f"{FACTOR}/passkey", secure=True).content.decode()
    posted = {"credential": phone.create(options_in(page)), "passwordless": "on", "name": "Phone"}
    answer = client.post(f"{FACTOR}/passkey", posted, secure=True)
    assert answer.status_code == 302, answer.content.decode()
    return phone


def passkey(client: Client, phone: SoftAuthenticator) -> str:
    asked = client.get("/sign-in/passkey", headers={"accept": "application/json"}, secure=True)
    credential = phone.get(asked.json()["request_options"])
    answer = client.post("/sign-in/passkey", {"credential": credential}, secure=True)
    return str(answer["Location"])


def test_a_clinician_signs_in_with_password_and_code(cast: Cast, client: Client) -> None:
    secret = app_of(with_password(cast.alice))
    assert password(client, cast.alice, next="/clinic/") == SECOND
    # Between the two steps nobody is signed in.
    assert client.get("/clinic/")["Location"].startswith("/sign-in")
    assert client.get("/api/v1/patients/1/summary").status_code in (401, 403)
    assert code(client, now_code(secret)) == "/clinic/"
    assert client.get("/clinic/").status_code == 200
    session = Session.objects.get()
    assert (session.method, session.strong) == (Method.PASSWORD_AND_CODE, True)
    assert session.address == "127.0.0.1"
    signed_in = [r for r in audit_records() if r.action == "accounts.sign_in"]
    assert [(r.actor_id, r.details["method"]) for r in signed_in] == [
        (str(cast.alice.pk), "password+totp")
    ]


def test_a_wrong_code_opens_nothing_and_leaves_a_record(cast: Cast, client: Client) -> None:
    secret = app_of(with_password(cast.alice))
    password(client, cast.alice)
    right = now_code(secret)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    answer = client.post(SECOND, {"code": wrong})
    assert "did not fit" in answer.content.decode()
    assert client.get("/clinic/").status_code == 302
    failures = [r for r in audit_records() if r.action == "accounts.sign_in_failed"]
    assert [(r.subject_id, r.details) for r in failures] == [
        (str(cast.alice.pk), {"step": "second factor"})
    ]


def test_a_code_counts_once_even_in_another_browser(cast: Cast, client: Client) -> None:
    secret = app_of(with_password(cast.alice))
    digits = now_code(secret)
    password(client, cast.alice)
    assert code(client, digits) == "/"
    other = Client()
    password(other, cast.alice)
    assert code(other, digits) is None
    assert code(other, f"{digits[:3]} {digits[3:]}") is None
    assert code(other, now_code(secret, steps=1)) == "/"


def test_a_recovery_code_counts_once(cast: Cast, client: Client) -> None:
    client.force_login(with_password(cast.alice))
    page = client.get(f"{FACTOR}/app").content.decode()
    secret = str(re.search(r'class="secret">([A-Z2-7]+)<', page)[1])  # type: ignore[index]
    assert code(client, now_code(secret), f"{FACTOR}/app") == f"{FACTOR}/recovery-codes"
    shown = client.get(f"{FACTOR}/recovery-codes").content.decode()
    codes = re.findall(r"<li>(\d{8})</li>", shown)
    assert len(codes) == 10
    kept = client.post(f"{FACTOR}/recovery-codes/download")
    assert all(one in kept.content.decode() for one in codes)
    assert "attachment" in kept["Content-Disposition"]
    again = client.get(f"{FACTOR}/recovery-codes").content.decode()
    assert not any(one in again for one in codes)
    for browser, digits, expected in (
        (Client(), codes[0], "/"),
        (Client(), codes[0], None),
        (Client(), codes[1], "/"),
    ):
        password(browser, cast.alice)
        assert code(browser, digits) == expected
    assert Session.objects.filter(method=Method.RECOVERY_CODE, strong=True).count() == 2


def test_a_passkey_signs_in_alone_and_as_second_step(cast: Cast, client: Client) -> None:
    weakly(client, with_password(cast.alice))
    phone = add_passkey(client)
    assert client.get("/clinic/", secure=True).status_code == 200
    alone = Client()
    assert passkey(alone, phone) == "/"
    assert alone.get("/clinic/", secure=True).status_code == 200
    second = Client()
    second.post("/sign-in", {"login": "alice", "password": PASSWORD}, secure=True)
    page = second.get(SECOND, secure=True).content.decode()
    credential = phone.get(options_in(page))
    assert second.post(SECOND, {"credential": credential}, secure=True)["Location"] == "/"
    assert set(Session.objects.values_list("method", flat=True)) == {
        Method.PASSKEY,
        Method.PASSWORD_AND_PASSKEY,
    }


def test_a_passkey_without_the_devices_lock_or_of_another_device_opens_nothing(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.member)
    phone = add_passkey(client)
    phone.verifies_user = False
    assert passkey(Client(), phone) == "/sign-in"
    stranger = SoftAuthenticator()
    stranger.user_handle, stranger.credential_id = phone.user_handle, phone.credential_id
    assert passkey(Client(), stranger) == "/sign-in"
    phone.verifies_user = True
    phone.origin = "https://elsewhere.example"
    assert passkey(Client(), phone) == "/sign-in"
    phone.origin = SoftAuthenticator.origin
    assert passkey(Client(), phone) == "/"


def test_a_passkey_of_somebody_who_left_opens_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.member)
    phone = add_passkey(client)
    people.deactivate(user=cast.member, now=timezone.now(), by=BY)
    assert client.get("/my/").status_code == 302
    browser = Client()
    assert passkey(browser, phone) == "/sign-in"
    assert browser.get("/my/", secure=True).status_code == 302


def test_a_deactivated_person_is_refused_with_the_right_password(
    cast: Cast, client: Client
) -> None:
    with_password(cast.member)
    people.deactivate(user=cast.member, now=timezone.now(), by=BY)
    answer = client.post("/sign-in", {"login": "hanako", "password": PASSWORD})
    assert "did not fit" in answer.content.decode()


def test_a_member_signs_in_with_a_password_alone(cast: Cast, client: Client) -> None:
    assert password(client, with_password(cast.member)) == "/"
    assert client.get("/my/").status_code == 200


@pytest.mark.parametrize("name", ["alice", "olga", "sam", "ada"])
def test_who_owes_a_second_factor_reaches_the_way_to_it_and_nothing_else(
    name: str, cast: Cast, client: Client
) -> None:
    user = with_password(getattr(cast, name))
    assert password(client, user) == "/"
    for page in ("/", "/clinic/", "/operator/", "/support/", "/account/", "/account/password"):
        assert client.get(page)["Location"] == FACTOR, page
    assert client.get("/api/v1/patients/1/summary").status_code in (401, 403)
    assert client.get("/api/v1/imports").status_code in (401, 403, 404)
    assert "Set up a second factor first" in client.get(FACTOR).content.decode()
    page = client.get(f"{FACTOR}/app").content.decode()
    secret = str(re.search(r'class="secret">([A-Z2-7]+)<', page)[1])  # type: ignore[index]
    assert code(client, now_code(secret), f"{FACTOR}/app") == f"{FACTOR}/recovery-codes"
    assert client.get("/", follow=True).status_code == 200
    added = [r.details["kind"] for r in audit_records() if r.action == "accounts.factor_added"]
    assert added == ["totp", "recovery_codes"]


def test_seeds_are_sealed_at_rest(cast: Cast) -> None:
    secret = app_of(cast.alice)
    stored = json.dumps(Authenticator.objects.get().data)
    assert secret not in stored
    assert settings.SECRET_KEY not in stored


def test_who_must_have_a_factor_keeps_the_last_one(cast: Cast, client: Client) -> None:
    app_of(cast.alice)
    client.force_login(cast.alice)
    refusal = client.post(f"{FACTOR}/app/remove").content.decode()
    assert "Your role needs a second factor" in refusal
    add_passkey(client)
    assert client.post(f"{FACTOR}/app/remove").status_code == 302
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    client.post(f"{FACTOR}/passkey/{key.pk}/remove", secure=True)
    assert Authenticator.objects.filter(pk=key.pk).exists()
    removed = [r.details for r in audit_records() if r.action == "accounts.factor_removed"]
    assert removed == [{"kind": "totp"}]


def test_a_member_removes_theirs_freely_and_nobody_elses(cast: Cast, client: Client) -> None:
    app_of(cast.member)
    client.force_login(cast.alice)
    add_passkey(client)
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    client.force_login(cast.member)
    assert client.post(f"{FACTOR}/passkey/{key.pk}/remove").status_code == 404
    assert client.post(f"{FACTOR}/app/remove").status_code == 302
    assert not factors.has_second_factor(cast.member)


def test_a_session_idles_out_and_grows_old(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast.member)
    begun = timezone.now()

    def at(**after: int) -> int:
        later = begun + timedelta(**after)
        monkeypatch.setattr(LiveSessions, "clock", staticmethod(lambda: later))
        return client.get("/my/").status_code

    assert at(minutes=14) == 200
    assert at(minutes=28) == 200
    assert at(minutes=43, seconds=1) == 302
    client.force_login(cast.member)
    for minutes in range(14, 12 * 60, 14):
        assert at(minutes=minutes) == 200
    assert at(hours=12, seconds=1) == 302


def test_a_change_of_place_ends_the_session_in_the_browser(cast: Cast, client: Client) -> None:
    client.force_login(cast.alice)
    assert client.get("/clinic/").status_code == 200
    elsewhere = HospitalFactory()
    people.move_to_hospital(user=cast.alice, hospital=elsewhere, now=timezone.now(), by=BY)
    assert client.get("/clinic/")["Location"].startswith("/sign-in")
    client.force_login(cast.alice)
    people.change_role(user=cast.alice, role=Role.SUPPORT, now=timezone.now(), by=BY)
    assert client.get("/clinic/")["Location"].startswith("/sign-in")


def test_djangos_own_login_opens_nothing_by_itself(cast: Cast) -> None:
    browser = Client()
    browser._login(cast.member, "django.contrib.auth.backends.ModelBackend")  # type: ignore[attr-defined]
    assert browser.get("/my/").status_code == 302
