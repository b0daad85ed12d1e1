"""Signing in and out, and the choices of language and look."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from healthcare.accounts.models import CacheEntry, Role, Session, User
from portal.templatetags.pages import icon
from tests.cast import Cast
from tests.factories import PASSWORD, UserFactory
from tests.looking import audit_records
from tests.unit.portal.conftest import SignIn

SIGN_IN = "/sign-in"


def enter(client: Client, user: User, **more: str) -> str:
    posted = {"login": user.username, "password": PASSWORD, **more}
    return str(client.post(SIGN_IN, posted).get("Location", ""))


def member(**fields: object) -> User:
    return UserFactory(role=Role.MEMBER, password=PASSWORD, **fields)


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("alice", "/clinic/"),
        ("member", "/my/"),
        ("olga", "/operator/"),
        ("sam", "/support/"),
        ("ada", "/platform/"),
    ],
)
def test_everybody_comes_home(name: str, home: str, cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(getattr(cast, name)).get("/", follow=True)
    assert answer.redirect_chain == [(home, 302)]
    assert answer.status_code == 200


def test_signing_in_leads_to_the_page_asked_for(db: None, client: Client) -> None:
    answer = client.get("/my/")
    assert answer["Location"] == f"{SIGN_IN}?next=%2Fmy%2F"
    assert 'name="next" value="/my/"' in client.get(answer["Location"]).content.decode()
    assert enter(client, member(), next="/my/") == "/my/"


def test_signing_in_leads_to_no_other_site(db: None, client: Client) -> None:
    assert enter(client, member(), next="https://elsewhere.example/") == "/"


def test_a_wrong_password_names_no_reason(db: None, client: Client) -> None:
    user = UserFactory(username="known", password=PASSWORD)
    gone = UserFactory(username="gone", password=PASSWORD, is_active=False)
    pages = [
        client.post(SIGN_IN, {"login": name, "password": "wrong"}).content.decode()
        for name in (user.username, "unknown", gone.username)
    ]
    pages.append(client.post(SIGN_IN, {"login": "gone", "password": PASSWORD}).content.decode())
    messages = {page.split('role="alert"')[1].split("</div>")[0] for page in pages}
    assert len(messages) == 1
    assert "did not fit" in messages.pop()
    assert {r.action for r in audit_records()} == {"accounts.sign_in_failed"}
    assert [r.subject_id for r in audit_records() if r.subject_id] == [
        str(who.pk) for who in (user, gone, gone)
    ]
    assert "unknown" not in str([(r.details, r.subject_id) for r in audit_records()])


def test_signing_out_needs_a_post_and_ends_the_session(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.sam)
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/support/").status_code == 302
    assert Session.objects.get().ended_at is not None


def test_attempts_are_counted_for_a_name_and_then_for_an_address(db: None, client: Client) -> None:
    user = member()
    wrong = {"login": user.username, "password": "wrong"}
    for _ in range(5):
        assert "did not fit" in client.post(SIGN_IN, wrong).content.decode()
    right = {"login": user.username, "password": PASSWORD}
    assert "Too many attempts" in client.post(SIGN_IN, right).content.decode()
    # Counted in the database: another process sees the same.
    assert CacheEntry.objects.filter(cache_key__contains="login_failed").exists()
    for _ in range(60):
        answer = client.post(SIGN_IN, {"login": "x", "password": "y"})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert enter(client, member()) == ""


def test_there_is_no_sign_up(db: None, client: Client) -> None:
    assert client.get("/signup/").status_code == 404
    assert client.get("/sign-up").status_code == 404


def test_the_language_follows_the_person(db: None, client: Client) -> None:
    user = member(language="ja")
    enter(client, user)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ja"
    assert '<html lang="ja"' in client.get("/account/").content.decode()
    client.post(reverse("portal:language"), {"language": "en", "next": "/account/"})
    user.refresh_from_db()
    assert user.language == "en"
    assert '<html lang="en"' in client.get("/account/").content.decode()


def test_a_language_that_is_none_changes_nothing(cast: Cast, sign_in: SignIn) -> None:
    sign_in(cast.sam).post(reverse("portal:language"), {"language": "xx"})
    cast.sam.refresh_from_db()
    assert cast.sam.language == ""


def test_the_browser_decides_before_anybody_has_chosen(db: None, client: Client) -> None:
    page = client.get(SIGN_IN, headers={"accept-language": "ja,en;q=0.5"}).content.decode()
    assert '<html lang="ja">' in page


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("auto", "")],
)
def test_the_look_is_kept_without_script(
    chosen: str, expected: str, db: None, client: Client
) -> None:
    answer = client.post(reverse("portal:theme"), {"theme": chosen, "next": SIGN_IN})
    assert answer["Location"] == SIGN_IN
    assert f'<html lang="en"{expected}>' in client.get(SIGN_IN).content.decode()


def test_a_mangled_look_is_not_printed(db: None, client: Client) -> None:
    client.cookies[settings.THEME_COOKIE_NAME] = '"><script>'
    assert "<script>" not in client.get(SIGN_IN).content.decode()
    answer = client.post(reverse("portal:theme"), {"theme": "x", "next": "//elsewhere.example"})
    assert answer["Location"] == "/"


def test_an_icon_is_decoration() -> None:
    svg = icon("heart-pulse")
    assert 'aria-hidden="true"' in svg
    assert "style=" not in svg
