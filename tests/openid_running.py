"""An OpenID provider that runs, and the way of a browser through it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.core.cache import cache
from django.test import Client

from healthcare.accounts.models import IdentityProvider
from healthcare.accounts.sealing import Sealed, seal
from tests.cast import Cast

SECRET = "secret of the client"


@dataclass(frozen=True)
class Elsewhere:
    """The provider, as a browser and as its administrator see it."""

    issuer: str

    def bend(self, **how: Any) -> None:
        """Let it answer wrongly from now on; nothing makes it honest again."""
        assert requests.put(f"{self.issuer}/bend", json=how, timeout=5).ok

    def knows(self, subject: str, **claims: Any) -> None:
        """An account of the provider, and what it says about it."""
        assert requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=5).ok

    def sign_in(self, where: str, subject: str) -> str:
        """Sign in there; the address to which the browser is sent back, without our host."""
        answer = requests.post(where, data={"sub": subject}, allow_redirects=False, timeout=5)
        back = urlsplit(answer.headers["Location"])
        assert (back.scheme, back.netloc) == ("http", "testserver")
        return f"{back.path}?{back.query}"

    def through(self, client: Client, ours: str, subject: str) -> Any:
        """From a page of ours to the provider and back; the answer of where it ends."""
        sent = client.get(ours)
        assert sent["Location"].startswith(f"{self.issuer}/oauth2/authorize?"), sent["Location"]
        return client.get(self.sign_in(sent["Location"], subject))


@pytest.fixture(scope="session")
def running() -> Iterator[Elsewhere]:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.openid_provider", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    elsewhere = Elsewhere(f"http://localhost:{port}")
    try:
        _wait(elsewhere, process)
        yield elsewhere
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(elsewhere: Elsewhere, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1200):
        assert process.poll() is None, "the provider ended: python -m tests.openid_provider PORT"
        try:
            elsewhere.bend()
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider does not answer within two minutes")


@pytest.fixture
def elsewhere(running: Elsewhere, db: None) -> Elsewhere:
    """The provider, honest, and asked for the first time."""
    running.bend()
    cache.clear()
    return running


@pytest.fixture
def kita_provider(elsewhere: Elsewhere, cast: Cast) -> IdentityProvider:
    """Kita's own, for its clinicians."""
    return IdentityProvider.objects.create(
        code="kita",
        name="Kita Hospital",
        issuer=elsewhere.issuer,
        client_id="mimamori-kita",
        client_secret=seal(SECRET, Sealed.CLIENT),
        hospital=cast.kita,
    )


@pytest.fixture
def demo_provider(elsewhere: Elsewhere, cast: Cast) -> IdentityProvider:
    """The operator's, for its members."""
    provider = IdentityProvider.objects.create(
        code="demo",
        name="Demo Telecom",
        issuer=elsewhere.issuer,
        client_id="mimamori-demo",
        client_secret=seal(SECRET, Sealed.CLIENT),
    )
    cast.demo.identity_provider = provider
    cast.demo.save()
    return provider
