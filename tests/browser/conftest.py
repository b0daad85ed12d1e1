"""A real browser, Debian's Chromium, and the project's own server to look at.

`make test` leaves this folder out; `make test-browser` runs it. Without Chromium it fails.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import SLIM, WIDE

CHROMIUM = Path("/usr/bin/chromium")
# As root, which CI is, Chromium's own sandbox does not start; nothing but our pages is opened.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session", autouse=True)
def _beside_a_loop() -> Iterator[None]:
    """Playwright waits in an event loop of this thread; Django would refuse its ORM beside one,
    although nothing here is asynchronous."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, once for all tests."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """A browser that knows nothing yet. What the pages' own scripts or the content security policy
    complain about fails the test."""
    # WebAuthn knows names, not addresses in digits: http://localhost counts as safe.
    context = chromium.new_context(base_url=live_server.url, viewport=WIDE)
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on(
        "console", lambda said: complaints.append(said.text) if _is_ours(said.text) else None
    )
    yield context
    context.close()
    assert complaints == []


def _is_ours(said: str) -> bool:
    """Answers of 4xx are meant where a test asks for them; the browser notes each."""
    return "Content Security Policy" in said or "Uncaught" in said


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty window, as wide as a desk's."""
    return context.new_page()


@pytest.fixture
def slim_page(context: BrowserContext) -> Page:
    """An empty window, 320 px wide."""
    page = context.new_page()
    page.set_viewport_size(SLIM)
    return page
