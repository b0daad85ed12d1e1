"""Signing in and out, and the choices of language and look."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from healthcare.accounts.models import Role, User
from portal.templatetags.pages import icon
from tests.cast import Cast
from tests.factories import PASSWORD, UserFactory
from tests.unit.portal.conftest import SignIn

SIGN_IN = "/sign-in"


def enter(client: Client, user: User, **more: str) -> str:
    posted = {"username": user.username, "password": PASSWORD, **more}
    return str(client.post(SIGN_IN, posted).get("Location", ""))


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
    user = UserFactory(username="asked", role=Role.SUPPORT, password=PASSWORD)
    answer = client.get("/support/")
    assert answer["Location"] == f"{SIGN_IN}?next=%2Fsupport%2F"
    assert enter(client, user, next="/support/") == "/support/"


def test_signing_in_leads_to_no_other_site(db: None, client: Client) -> None:
    user = UserFactory(username="asked", role=Role.SUPPORT, password=PASSWORD)
    assert enter(client, user, next="https://elsewhere.example/") == "/"


def test_a_wrong_password_names_no_reason(db: None, client: Client) -> None:
    user = UserFactory(username="known", password=PASSWORD)
    pages = [
        client.post(SIGN_IN, {"username": name, "password": "wrong"}).content.decode()
        for name in (user.username, "unknown")
    ]
    messages = [page.split('role="alert"')[1].split("</div>")[0] for page in pages]
    assert messages[0] == messages[1]


def test_signing_out_needs_a_post_and_ends_the_session(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.sam)
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/support/").status_code == 302


def test_the_language_follows_the_person(db: None, client: Client) -> None:
    user = UserFactory(username="yumi", role=Role.SUPPORT, language="ja", password=PASSWORD)
    enter(client, user)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ja"
    assert 'lang="ja"' in client.get("/support/").content.decode()
    client.post(reverse("portal:language"), {"language": "en", "next": "/support/"})
    user.refresh_from_db()
    assert user.language == "en"
    assert 'lang="en"' in client.get("/support/").content.decode()


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
