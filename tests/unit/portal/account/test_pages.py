"""The pages of one's own sign-in: sessions, password, and the fresh proof before an export."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from healthcare.accounts import factors
from healthcare.accounts.middleware import KEY
from healthcare.accounts.models import Session
from healthcare.accounts.totp import code_at
from healthcare.audit.actors import command
from tests.cast import Cast
from tests.factories import PASSWORD
from tests.unit.portal.conftest import Day

pytestmark = pytest.mark.django_db
CONFIRM = "/account/confirm"


def here(client: Client) -> Session:
    return Session.objects.get(pk=client.session[KEY])


def grow_stale(client: Client) -> None:
    old = timezone.now() - timedelta(minutes=5, seconds=1)
    Session.objects.filter(pk=client.session[KEY]).update(proved_at=old)


def two_browsers(cast: Cast) -> tuple[Client, Client]:
    one, other = Client(), Client(headers={"user-agent": "Mozilla (iPhone) Safari/1"})
    one.force_login(cast.member)
    other.force_login(cast.member)
    return one, other


def test_sessions_are_listed_and_ended_one_by_one(cast: Cast) -> None:
    one, other = two_browsers(cast)
    page = one.get("/account/").content.decode()
    assert page.count("/end") == 2  # the other one, and all others
    assert one.post(f"/account/sessions/{here(other).pk}/end").status_code == 302
    assert other.get("/my/").status_code == 302
    assert one.get("/my/").status_code == 200


def test_all_others_end_at_once(cast: Cast) -> None:
    one, other = two_browsers(cast)
    one.post("/account/sessions/end-others")
    assert other.get("/account/").status_code == 302
    assert one.get("/account/").status_code == 200


def test_nobody_sees_or_ends_another_persons_session(cast: Cast) -> None:
    one, stranger = Client(), Client()
    one.force_login(cast.member)
    stranger.force_login(cast.alice)
    theirs = here(one).pk
    assert f"/{theirs}/" not in stranger.get("/account/").content.decode()
    assert stranger.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert stranger.post("/account/sessions/999999999/end").status_code == 404
    assert one.get("/my/").status_code == 200


def test_a_new_password_ends_all_other_sessions(cast: Cast) -> None:
    cast.member.set_password(PASSWORD)
    cast.member.save()
    one, other = two_browsers(cast)
    new = "umbrella tuesday granite flute"
    posted = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert one.post("/account/password", posted)["Location"] == "/account/"
    assert one.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    cast.member.refresh_from_db()
    assert cast.member.check_password(new)


@pytest.mark.parametrize("bad", ["short", "password1234", "hanako-hanako-1", "mimamori2026!"])
def test_a_guessable_new_password_is_refused(bad: str, cast: Cast, client: Client) -> None:
    cast.member.set_password(PASSWORD)
    cast.member.save()
    client.force_login(cast.member)
    posted = {"oldpassword": PASSWORD, "password1": bad, "password2": bad}
    assert 'role="alert"' in client.post("/account/password", posted).content.decode()
    cast.member.refresh_from_db()
    assert cast.member.check_password(PASSWORD)


def test_an_export_asks_for_a_fresh_proof_and_then_goes_on(
    cast: Cast, day: Day, client: Client
) -> None:
    secret = factors.give_authenticator(user=cast.olga, now=timezone.now(), by=command("tests"))
    client.force_login(cast.olga)
    charges = f"/operator/billing/{day.run}/charges.csv"
    assert client.post(charges)["Content-Type"] == "text/csv"
    grow_stale(client)
    asked = client.post(charges)["Location"]
    # A password alone is no proof for somebody who has more.
    assert asked.startswith(f"{CONFIRM}/code?")
    assert client.get(CONFIRM)["Location"].startswith(f"{CONFIRM}/code")
    assert client.post(asked, {"code": "000000"}).status_code == 200
    answer = client.post(asked, {"code": code_at(secret, timezone.now())})
    assert answer["Content-Type"] == "text/csv"
    assert client.post(charges)["Content-Type"] == "text/csv"


def test_a_file_to_read_is_fetched_after_the_proof(cast: Cast, day: Day, client: Client) -> None:
    cast.olga.set_password(PASSWORD)
    cast.olga.save()
    client.force_login(cast.olga)
    rejects = f"/operator/imports/{day.batch}/rejects.csv"
    assert client.get(rejects).status_code == 200
    grow_stale(client)
    asked = client.get(rejects)["Location"]
    assert asked.startswith(f"{CONFIRM}?")
    assert "did not fit" in client.post(asked, {"password": "wrong"}).content.decode()
    assert client.post(asked, {"password": PASSWORD})["Location"] == rejects
    assert client.get(rejects).status_code == 200


def test_a_foreign_export_stays_absent_whatever_the_proof(
    cast: Cast, day: Day, client: Client
) -> None:
    client.force_login(cast.alice)
    grow_stale(client)
    assert client.post(f"/operator/billing/{day.run}/charges.csv").status_code == 404
    client.force_login(cast.oscar)
    assert client.post(f"/operator/billing/{day.run}/charges.csv").status_code == 404


def test_a_change_of_factors_asks_for_a_fresh_proof(cast: Cast, client: Client) -> None:
    cast.member.set_password(PASSWORD)
    cast.member.save()
    client.force_login(cast.member)
    grow_stale(client)
    for page in ("app", "passkey"):
        assert client.get(f"/account/second-factor/{page}")["Location"].startswith(CONFIRM)
