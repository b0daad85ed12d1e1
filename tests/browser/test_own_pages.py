"""The sign-in page and the pages of one's own sign-in, in every dress: axe finds nothing, and
nothing stands beside a window of 320 px."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from healthcare.accounts import factors
from healthcare.accounts.models import IdentityProvider
from tests.browser.looking import SLIM, dress, open_menu, overhang, sign_in, violations
from tests.cast import Cast
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

DRESSES = [(language, theme) for language in ("en", "ja") for theme in ("light", "dark")]
STRANGERS = ("/sign-in", "/sign-in/with", "/join", "/nothing-here")
OWN = (
    "/account/",
    "/account/second-factor",
    "/account/second-factor/app",
    "/account/second-factor/passkey",
    "/account/second-factor/recovery-codes/new",
    "/account/password",
    "/account/links",
    "/account/confirm",
)


@pytest.fixture
def clinician(cast: Cast) -> str:
    """Alice, with a password but without a second factor; her user name."""
    cast.alice.set_password(PASSWORD)
    cast.alice.save(update_fields=["password"])
    return cast.alice.username


@pytest.fixture
def member(cast: Cast) -> str:
    """Hanako, with a password; her user name."""
    cast.member.set_password(PASSWORD)
    cast.member.save(update_fields=["password"])
    return cast.member.username


@pytest.fixture
def provider(cast: Cast) -> IdentityProvider:
    """Of Hanako's operator, whom nobody asks here."""
    cast.demo.identity_provider = IdentityProvider.objects.create(
        code="demo", name="Demo Telecom", issuer="http://localhost:9", client_id="x"
    )
    cast.demo.save()
    return cast.demo.identity_provider


def look(page: Page, slim: Page, *addresses: str) -> None:
    """Every address in every dress, in both widths of window."""
    wrong = []
    for language, theme in DRESSES:
        dress(page, language=language, theme=theme)
        for address in addresses:
            page.goto(address)
            slim.goto(address)
            assert slim.locator("h1").count() == 1
            found = violations(page) + violations(slim)
            if beside := overhang(slim):
                found.append(f"{beside} px beside a narrow window")
            wrong += [f"{address}, {language}, {theme}: {one}" for one in found]
    assert wrong == []


def test_pages_of_strangers(page: Page, slim_page: Page, provider: IdentityProvider) -> None:
    page.goto("/sign-in")
    look(page, slim_page, *STRANGERS)


def test_own_pages(page: Page, slim_page: Page, member: str, provider: IdentityProvider) -> None:
    sign_in(page, username=member, password=PASSWORD)
    look(page, slim_page, *OWN)


def test_the_second_step(page: Page, slim_page: Page, cast: Cast, member: str) -> None:
    factors.give_authenticator(user=cast.member, now=timezone.now(), by=cast.member.actor)
    sign_in(page, username=member, password=PASSWORD)
    look(page, slim_page, "/sign-in/second-factor")


def test_who_owes_a_second_factor_is_offered_nothing_that_leads_nowhere(
    page: Page, slim_page: Page, clinician: str
) -> None:
    sign_in(page, username=clinician, password=PASSWORD)
    look(page, slim_page, "/account/second-factor")
    links = page.locator(".menu a").evaluate_all("all => all.map(one => one.pathname)")
    assert links == ["/account/second-factor"]
    for link in page.locator("main a").all():
        address = link.get_attribute("href") or ""
        slim_page.goto(address)
        assert slim_page.url.endswith(address)


def test_the_menu_of_a_narrow_window_opens_by_keyboard(
    page: Page, slim_page: Page, member: str
) -> None:
    sign_in(page, username=member, password=PASSWORD)
    assert page.locator("#menu").is_visible()
    assert page.locator("button.open-menu").is_hidden()
    slim_page.goto("/my/")
    assert slim_page.locator("#menu").is_hidden()
    slim_page.focus("button.open-menu")
    slim_page.keyboard.press("Enter")
    assert slim_page.locator("#menu").is_visible()
    assert violations(slim_page) == []
    assert overhang(slim_page) == 0
    slim_page.keyboard.press("Escape")
    assert slim_page.locator("#menu").is_hidden()
    open_menu(slim_page)
    slim_page.click("#menu a[href='/account/']")
    assert slim_page.url.endswith("/account/")


def test_without_scripts_the_menu_opens_and_no_passkey_is_offered(
    chromium: Browser, live_server: LiveServer, member: str
) -> None:
    context = chromium.new_context(
        base_url=live_server.url, viewport=SLIM, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/sign-in")
    assert page.locator("form[data-passkey]").is_hidden()
    sign_in(page, username=member, password=PASSWORD)
    open_menu(page)
    page.click("#menu a[href='/account/']")
    assert page.url.endswith("/account/")
    context.close()
