"""What every answer must tell the browser, whoever asked and whatever came of it.

`assert_manners(answer)` is for every answer of every test that walks through routes: pages, API,
files, redirects, errors.
"""

from http.cookies import Morsel
from typing import Any

from django.conf import settings

STATIC = "/static/"
SAME = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# One page's style sheet is a package's and brings its icons along.
PICTURES_OF_ITS_OWN = "/api/docs/"
# A browser applies form-action to where the answer to a form leads, too: back to a member's app.
LEADS_TO_AN_APP = "/my/apps/authorize"
# Nobody may, on any page, whatever else a page permits itself.
NEVER = (
    "camera",
    "microphone",
    "geolocation",
    "usb",
    "serial",
    "hid",
    "payment",
    "display-capture",
)


# The one page that talks to a device, and only when it is shown.
PERMITS = {"/my/measure/": frozenset({"bluetooth"})}


def assert_manners(answer: Any, *, permits: frozenset[str] = frozenset()) -> None:
    """Raise AssertionError, naming the address and the header, unless the answer has manners.

    `permits` names the features that this one page allows itself, for example `bluetooth`.
    """
    asked = getattr(answer, "request", {}) or {}
    path = str(asked.get("PATH_INFO", ""))
    where = f"{asked.get('REQUEST_METHOD', '')} {path} -> {answer.status_code}"
    for name, value in SAME.items():
        assert answer.headers.get(name) == value, f"{where}: {name}"
    _assert_policy(answer.headers.get("Content-Security-Policy", ""), path, where)
    allowed = PERMITS.get(path, permits) if answer.status_code == 200 else permits
    _assert_permissions(answer.headers.get("Permissions-Policy", ""), allowed, where)
    kept = answer.headers.get("Cache-Control", "")
    if path.startswith(STATIC) and answer.status_code < 400:
        assert "no-store" not in kept, f"{where}: a static file may be kept"
    else:
        assert kept == "no-store", f"{where}: Cache-Control {kept}"
    assert "Access-Control-Allow-Origin" not in answer.headers, f"{where}: other sites may read"
    assert "Server" not in answer.headers, where
    assert "X-Powered-By" not in answer.headers, where
    if settings.HTTPS and str(asked.get("wsgi.url_scheme")) == "https":
        assert "max-age=31536000" in answer.headers.get("Strict-Transport-Security", ""), where
    for cookie in answer.cookies.values():
        _assert_cookie(cookie, where)


def _assert_policy(policy: str, path: str, where: str) -> None:
    assert "unsafe" not in policy, f"{where}: {policy}"
    given = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    more = {"img-src": "'self' data:"} if path == PICTURES_OF_ITS_OWN and "data:" in policy else {}
    if path == LEADS_TO_AN_APP and given.get("form-action", "").startswith("'self' "):
        # Just one place more, the address that the app registered: no scheme alone, no wildcard.
        _, where_to = given["form-action"].split(" ")
        assert "*" not in where_to, f"{where}: {policy}"
        more = {"form-action": f"'self' {where_to}"}
    assert given == DIRECTIVES | more, f"{where}: Content-Security-Policy {policy}"


def _assert_permissions(policy: str, permits: frozenset[str], where: str) -> None:
    given = dict(part.strip().split("=", 1) for part in policy.split(",") if part.strip())
    open_to = {name for name, whom in given.items() if whom != "()"}
    passkeys = {"publickey-credentials-create", "publickey-credentials-get"}
    assert open_to == permits | passkeys, f"{where}: Permissions-Policy allows {open_to}"
    assert all(given[name] == "(self)" for name in open_to), f"{where}: for our own pages only"
    denied = {*NEVER, "bluetooth"} - permits
    assert denied <= given.keys(), f"{where}: Permissions-Policy forgets {denied - given.keys()}"


def _assert_cookie(cookie: "Morsel[str]", where: str) -> None:
    what = f"{where}: cookie {cookie.key}"
    assert cookie["samesite"] in {"Lax", "Strict"}, what
    assert cookie["path"] == "/", what
    assert not cookie["domain"], what
    # A cookie that is taken away has no value to protect.
    if cookie.value:
        assert cookie["httponly"], what
    if settings.HTTPS:
        assert cookie.key.startswith("__Host-"), what
        assert cookie["secure"], what
