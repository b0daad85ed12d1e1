"""Which addresses an app may be sent back to."""

import pytest

from devices import redirects


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/oauth",
        "https://app.example:8443/oauth?from=web",
        "com.example.app:/oauth",
        "com.example.app:/",
        "http://127.0.0.1/oauth",
        "http://[::1]/oauth",
    ],
)
def test_what_may_be_registered(uri: str) -> None:
    assert redirects.check(uri) == uri
    assert redirects.fits(uri, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "app.example/oauth",
        "https:///oauth",
        "https://app.example/#x",
        "https://user@app.example/",
        "https://*.app.example/",
        "https://app.example/a b",
        "https://app.example/;script-src",
        "http://app.example/oauth",
        "http://localhost/oauth",
        "http://127.0.0.1:8080/oauth",
        "myapp:/oauth",
        "com.example.app://host/oauth",
        "com.example.app:oauth",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://例え.jp/",
        "https://[bad/",
    ],
)
def test_what_may_not(uri: str) -> None:
    with pytest.raises(redirects.BadRedirect):
        redirects.check(uri)


@pytest.mark.parametrize(
    ("asked", "registered", "fits"),
    [
        ("http://127.0.0.1:5000/oauth", "http://127.0.0.1/oauth", True),
        ("http://[::1]:5000/oauth", "http://[::1]/oauth", True),
        ("http://[::1]:5000/oauth", "http://127.0.0.1/oauth", False),
        ("http://127.0.0.1:05000/oauth", "http://127.0.0.1/oauth", False),
        ("http://127.0.0.1:5000/oauth?x", "http://127.0.0.1/oauth", False),
        ("http://127.0.0.1:5000@evil.example/oauth", "http://127.0.0.1/oauth", False),
        ("http://127.0.0.1:x/oauth", "http://127.0.0.1/oauth", False),
        ("https://app.example:5000/oauth", "https://app.example/oauth", False),
    ],
)
def test_only_the_loopback_port_is_free(asked: str, registered: str, fits: bool) -> None:
    assert redirects.fits(asked, registered) is fits


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://app.example:8443/oauth", "https://app.example:8443"),
        ("http://127.0.0.1:5000/oauth", "http://127.0.0.1:5000"),
        ("com.example.app:/oauth", "com.example.app:"),
    ],
)
def test_what_a_form_may_lead_to(uri: str, origin: str) -> None:
    assert redirects.origin(uri) == origin
