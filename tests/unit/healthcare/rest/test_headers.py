"""Every kind of answer carries its headers: pages, files, streams, redirects, errors."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from healthcare.rest import headers
from healthcare.rest.middleware import ResponseHeaders
from tests.cast import Cast
from tests.manners import assert_manners

ROOT = Path(__file__).resolve().parents[4]


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a view that breaks")


def streams(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"a", b"b"]))


def keeps(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x", headers={"Cache-Control": "public, max-age=60"})


def pairs(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse("x")
    headers.permit(answer, "bluetooth")
    return answer


handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
urlpatterns = [
    path("breaks", breaks),
    path("api/v1/breaks", breaks),
    path("streams", streams),
    path("keeps", keeps),
    path("pairs", pairs),
    path("", include("healthcare.urls")),
]


@pytest.fixture
def broken() -> Client:
    """A client that sees the error page instead of the error."""
    return Client(raise_request_exception=False)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/sign-in", 200),
        ("/", 302),
        ("/clinic/", 302),
        ("/no/such/page", 404),
        ("/static/no-such-file.css", 404),
        ("/static/portal/portal.css", 200),
        ("/static/portal/charts.js", 200),
        ("/healthz", 200),
        ("/api/docs/", 200),
        ("/api/schema/", 200),
        ("/api/v1/nothing", 404),
        ("/api/v1/readings", 405),
        ("/api/v1/devices", 401),
        ("/breaks", 500),
        ("/api/v1/breaks", 500),
        ("/streams", 200),
        ("/keeps", 200),
    ],
)
def test_an_answer_has_manners(address: str, status: int, db: None, broken: Client) -> None:
    answer = broken.get(address)
    assert answer.status_code == status
    assert_manners(answer)


@pytest.mark.urls(__name__)
def test_a_request_that_is_none_is_refused_with_manners(db: None, broken: Client) -> None:
    for answer, status in (
        (broken.get("/sign-in", HTTP_HOST="elsewhere.example"), 400),
        (Client(enforce_csrf_checks=True).post("/sign-in", {"username": "x"}), 403),
        (broken.post("/api/v1/readings", b"{", content_type="application/json"), 401),
        (broken.options("/sign-in"), 405),
        (broken.get("/static/portal/portal.css", HTTP_IF_NONE_MATCH="*"), 200),
        (broken.get("/static/portal/portal.css", HTTP_RANGE="bytes=0-9"), 206),
        (broken.get("/static/portal/portal.css", HTTP_RANGE="bytes=99999999-"), 416),
        (broken.delete("/language"), 405),
    ):
        assert answer.status_code == status, answer.request["PATH_INFO"]
        assert_manners(answer)


def test_a_static_file_that_did_not_change_has_manners(db: None, client: Client) -> None:
    file = client.get("/static/portal/portal.css")
    again = client.get("/static/portal/portal.css", HTTP_IF_MODIFIED_SINCE=file["Last-Modified"])
    assert again.status_code == 304
    assert_manners(again)


def test_cookies_have_manners(cast: Cast, client: Client) -> None:
    client.get("/sign-in")
    for address in ("/language", "/theme"):
        answer = client.post(address, {"language": "ja", "theme": "dark"})
        assert answer.cookies
        assert_manners(answer)


@pytest.mark.urls(__name__)
def test_one_page_may_permit_itself_a_feature(client: Client) -> None:
    answer = client.get("/pairs")
    assert "bluetooth=(self)" in answer["Permissions-Policy"]
    assert_manners(answer, permits=frozenset({"bluetooth"}))
    with pytest.raises(AssertionError, match="Permissions-Policy allows"):
        assert_manners(answer)


def test_a_misspelled_feature_is_an_error() -> None:
    with pytest.raises(ValueError, match="No such feature: blutooth"):
        headers.permissions_policy("blutooth")


def spoiled(**changed: str | None) -> Iterator[HttpResponse]:
    """Answers that lack one header, or say something else in it."""
    for name, value in changed.items():
        request = RequestFactory().get("/")
        answer: Any = ResponseHeaders(lambda _: HttpResponse("x"))(request)
        answer.request = {"PATH_INFO": "/", "REQUEST_METHOD": "GET"}
        assert_manners(answer)
        header = name.replace("_", "-")
        del answer.headers[header]
        if value is not None:
            answer.headers[header] = value
        yield answer


def test_bad_manners_are_noticed() -> None:
    policy = headers.content_security_policy()
    for answer in (
        *spoiled(Content_Security_Policy=None, Permissions_Policy=None, Cache_Control=None),
        *spoiled(X_Content_Type_Options=None, Referrer_Policy="unsafe-url", X_Frame_Options=None),
        *spoiled(Cross_Origin_Opener_Policy=None, Cross_Origin_Resource_Policy="cross-origin"),
        *spoiled(Content_Security_Policy=policy.replace("script-src 'self'", "script-src *")),
        *spoiled(
            Content_Security_Policy=policy.replace("style-src 'self'", "style-src 'unsafe-inline'")
        ),
        *spoiled(Permissions_Policy="camera=(self)", Cache_Control="private"),
    ):
        with pytest.raises(AssertionError):
            assert_manners(answer)


BEHIND_HTTPS = """
import django
django.setup()
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
from tests.manners import assert_manners
plain = Client(SERVER_NAME="health.example").get("/theme")
assert plain.status_code == 301 and plain["Location"] == "https://health.example/theme", plain
assert_manners(plain)
secure = Client(SERVER_NAME="health.example", headers={"x-forwarded-proto": "https"})
for answer in (
    secure.get("/healthz"),
    secure.get("/static/portal/portal.css"),
    secure.post("/theme", {"theme": "dark", "next": "/sign-in"}),
    secure.post("/language", {"language": "ja", "next": "/sign-in"}),
):
    assert_manners(answer)
    hsts = answer["Strict-Transport-Security"]
    assert hsts == "max-age=31536000; includeSubDomains; preload", hsts
    names = set(answer.cookies)
    print(answer.status_code, *names)
"""


def test_behind_https_cookies_belong_to_the_host_alone() -> None:
    """In a process of its own, because settings are read once. It asks no database."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "healthcare.settings",
        "HTTPS": "1",
        "BEHIND_PROXY": "1",
        "ALLOWED_HOSTS": "health.example",
        "SECRET_KEY": "k" * 64,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", BEHIND_HTTPS],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:4] == ["200", "200", "302 __Host-theme", "302 __Host-language"]
