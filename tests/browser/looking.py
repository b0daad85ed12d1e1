"""What is asked of every page: no violation that axe knows, nothing beside the window."""

import re
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, ViewportSize

from healthcare.accounts.models import User

WIDE = ViewportSize(width=1280, height=900)
SLIM = ViewportSize(width=320, height=640)
AXE = Axe()


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line each with the first place."""
    found = AXE.run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html']}" for one in found]


def overhang(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def dress(page: Page, *, language: str, theme: str) -> None:
    """Choose language and look with the page's own buttons, as a person does."""
    _press(page, "language", language)
    _press(page, "theme", "auto")  # from dark there is no other way to light
    _press(page, "theme", theme)
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("html").get_attribute("data-theme") == theme


def _press(page: Page, name: str, value: str) -> None:
    button = page.locator(f"button[name={name}][value={value}]")
    if button.count():  # absent when it is so already
        button.click()


def open_menu(page: Page) -> None:
    """On a narrow window the menu lies behind a button."""
    button = page.locator("button.open-menu")
    if button.is_visible() and not page.locator("#menu").is_visible():
        button.click()


def sign_in(page: Page, *, username: str, password: str) -> None:
    """User name and password, typed."""
    page.goto("/sign-in")
    page.fill("#id_login", username)
    page.fill("#id_password", password)
    page.press("#id_password", "Enter")
    arrive(page, r"/(?!sign-in$).*")


def enter(page: Page, user: User) -> None:
    """With a session of theirs; signing in by hand has tests of its own."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": cookie, "domain": "localhost", "path": "/"}])


def arrive(page: Page, path: str) -> None:
    """Wait until the address' path is this pattern."""
    page.wait_for_url(lambda url: re.fullmatch(path, urlsplit(url).path) is not None)
