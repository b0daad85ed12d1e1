"""The short way through Django: the same answers, as the server asks for them."""

import io
import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from healthcare.rest import machines
from healthcare.wsgi import application

pytestmark = pytest.mark.django_db

PATH = "/api/v1/readings"


@pytest.fixture(autouse=True)
def _connections_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own transaction outlives the request, as in Django's test client."""
    monkeypatch.setattr(machines, "close_old_connections", lambda: None)


def ask(
    method: str, path: str, body: bytes = b"", **environ: Any
) -> tuple[int, dict[str, str], Any]:
    said: list[Any] = []
    answer = application(
        {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            **environ,
        },
        lambda status, headers: said.append((status, headers)),
    )
    content = b"".join(answer)
    ((status, headers),) = said
    found = dict(headers)
    assert int(found["Content-Length"]) == len(content)
    return int(status.split()[0]), found, json.loads(content)


def test_the_same_answer_either_way() -> None:
    status, headers, problem = ask("POST", PATH, b"{}", HTTP_AUTHORIZATION="Bearer mmd_nobody")
    usual = Client().post(
        PATH, b"{}", content_type="application/json", headers={"Authorization": "Bearer mmd_nobody"}
    )
    assert (status, problem) == (usual.status_code, usual.json()) == (401, problem)
    assert headers["Content-Type"] == usual["Content-Type"] == "application/problem+json"
    assert headers["WWW-Authenticate"] == "Bearer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_every_machine_door_is_one_of_the_sites_own_addresses() -> None:
    for path in settings.MACHINE_DOORS:
        assert ask("GET", path)[0] == 405


def test_other_paths_go_through_the_whole_house() -> None:
    status, headers, _ = ask("GET", "/healthz", HTTP_HOST="localhost")
    assert status == 200
    assert "Content-Security-Policy" in headers


def test_what_breaks_is_a_500_and_the_next_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: Any) -> Any:
        raise RuntimeError("a fault")

    monkeypatch.setitem(application._views, PATH, broken)
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b""),
    }
    body = b"".join(application(environ, lambda status, headers: said.append(status)))
    assert said == ["500 Internal Server Error"]
    assert b"a fault" not in body


def test_plain_http_is_redirected_where_https_is_asked_for(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    handler = machines.Application()
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "HTTP_HOST": "localhost",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b""),
    }
    b"".join(handler(environ, lambda status, headers: said.append((status, dict(headers)))))
    ((status, headers),) = said
    assert status.startswith("301")
    assert headers["Location"] == f"https://localhost{PATH}"
