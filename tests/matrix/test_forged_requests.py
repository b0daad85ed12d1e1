"""A request that another site made somebody's browser send does nothing: without the token of our
own pages it is refused, by pages and by the API."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.urls import resolve
from rest_framework.authentication import SessionAuthentication

from tests.matrix import checks
from tests.matrix.asking import Answer, Question, ask, client_of
from tests.matrix.expectations import ENTRIES
from tests.matrix.principals import PRINCIPALS
from tests.matrix.routes import routes
from tests.matrix.table import ALLOWED, API
from tests.matrix.walking import by_session
from tests.matrix.world import World

pytestmark = pytest.mark.django_db

# A session is worth nothing there: who asks shows a device's or an app's token, or its code.
WITHOUT_SESSION = {"readings", "oauth-token", "oauth-revoke"}
UNSAFE = [
    (entry.name, method)
    for entry in ENTRIES.values()
    for method in entry.calls
    if method != "GET" and entry.name not in WITHOUT_SESSION
]
OPEN = [(n, m) for n, m in UNSAFE if ENTRIES[n].calls[m].gets["anonymous"] is ALLOWED]
TOKEN = "k" * 32


def question(world: World, name: str, method: str) -> Question:
    """Somebody signed in who may, for what is theirs."""
    asked = by_session(world, routes()[name], method, ENTRIES[name].calls[method])
    assert asked, f"nobody who is signed in gets past the door of {name}"
    return asked


def send(world: World, asked: Question, *, token: str = "") -> Answer:
    """From a browser that is asked for the token, as every browser but a test's is."""
    browser = client_of(world, asked.principal, enforce_csrf_checks=True)
    if token:
        browser.cookies[settings.CSRF_COOKIE_NAME] = token
        browser.defaults["HTTP_X_CSRFTOKEN"] = token
    return ask(world, asked, sent_by=browser)


def assert_refused(world: World, forged: Answer) -> None:
    """As a forgery, and not for want of anything else."""
    words = "CSRF" if forged.question.route.path.startswith(API) else "The form has expired"
    assert forged.status == 403, f"{forged.question} answers {forged.status}: {forged.text[:200]}"
    assert words in forged.text, f"{forged.question}: {forged.text[:200]}"
    assert not forged.events
    assert [*checks.leaks(world, forged), *checks.manners(world, forged)] == []


@pytest.mark.parametrize(("name", "method"), UNSAFE)
def test_a_forged_request_is_refused(world: World, name: str, method: str) -> None:
    asked = question(world, name, method)
    assert_refused(world, send(world, asked))
    # The token was what it lacked.
    assert list(checks.status(world, send(world, asked, token=TOKEN))) == []


@pytest.mark.parametrize(("name", "method"), OPEN)
def test_nobody_is_signed_in_by_another_site(world: World, name: str, method: str) -> None:
    asked = replace(question(world, name, method), principal=PRINCIPALS["anonymous"])
    assert_refused(world, send(world, asked))
    assert list(checks.status(world, send(world, asked, token=TOKEN))) == []


@pytest.mark.parametrize(
    ("name", "method"), [(n, m) for n, m in UNSAFE if routes()[n].path.startswith(API)]
)
def test_a_program_with_a_personal_token_needs_none(world: World, name: str, method: str) -> None:
    asked = question(world, name, method)
    program = PRINCIPALS[f"{asked.principal.name} token"]
    assert list(checks.status(world, send(world, replace(asked, principal=program)))) == []


@pytest.mark.parametrize("name", ["portal:my:consent", "invoice-preview"])
def test_a_door_that_forgot_to_ask_is_found(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = question(world, name, "POST")
    monkeypatch.setattr(resolve(asked.path).func, "csrf_exempt", True, raising=False)
    monkeypatch.setattr(SessionAuthentication, "enforce_csrf", lambda *_: None)
    with pytest.raises(AssertionError, match=r"answers (302|200)"):
        assert_refused(world, send(world, asked))
