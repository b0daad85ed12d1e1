"""Passkeys in a real browser: made, used alone, used as fresh proof, removed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, CDPSession, Page

from healthcare.accounts.models import Session
from tests.browser.looking import arrive, sign_in
from tests.cast import Cast
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TELEPHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
BY_PASSKEY = "form[action='/sign-in/passkey'] button"


class Telephone:
    """A virtual authenticator in the browser: keeps passkeys, says that the finger fitted."""

    def __init__(self, devtools: CDPSession) -> None:
        self.devtools = devtools
        devtools.send("WebAuthn.enable")
        made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": TELEPHONE})
        self.key = {"authenticatorId": made["authenticatorId"]}

    @property
    def passkeys(self) -> int:
        return len(self.devtools.send("WebAuthn.getCredentials", self.key)["credentials"])

    def forget(self) -> None:
        self.devtools.send("WebAuthn.clearCredentials", self.key)

    def refuse(self) -> None:
        """From now on the finger does not fit."""
        self.devtools.send("WebAuthn.setUserVerified", {**self.key, "isUserVerified": False})


@pytest.fixture
def telephone(context: BrowserContext, page: Page) -> Telephone:
    return Telephone(context.new_cdp_session(page))


@pytest.fixture
def member(cast: Cast) -> str:
    """Hanako, with a password; her user name."""
    cast.member.set_password(PASSWORD)
    cast.member.save(update_fields=["password"])
    return cast.member.username


def add_passkey(page: Page) -> None:
    page.goto("/account/second-factor/passkey")
    page.fill("#id_name", "Kitchen")
    page.click("main form button.main")
    arrive(page, ".*/recovery-codes")


def grow_stale() -> None:
    """As if everybody had signed in an hour ago."""
    Session.objects.update(proved_at=timezone.now() - timedelta(hours=1))


def test_a_passkey_signs_in_alone_proves_afresh_and_goes(
    page: Page, telephone: Telephone, member: str
) -> None:
    sign_in(page, username=member, password=PASSWORD)
    add_passkey(page)
    assert telephone.passkeys == 1
    page.click("form[action='/sign-out'] button")

    page.goto("/sign-in?next=/account/second-factor")
    page.click(BY_PASSKEY)
    arrive(page, "/account/second-factor")  # no password, no code
    assert page.get_by_text("Kitchen").is_visible()

    grow_stale()
    page.click("a[href$='/remove']")
    arrive(page, "/account/confirm/passkey")  # what they have, not a code
    page.click("main form[data-passkey] button.main")
    arrive(page, ".*/remove")  # goes on by itself
    page.click("main button.risky")
    arrive(page, "/account/second-factor")
    assert not page.get_by_text("Kitchen").is_visible()

    page.click("form[action='/sign-out'] button")
    page.goto("/sign-in")
    page.click(BY_PASSKEY)  # the telephone still has it; here it opens nothing
    page.locator("main [role=alert]:visible").wait_for()
    page.goto("/account/")
    assert "/sign-in" in page.url


def test_a_passkey_is_the_second_step_too(page: Page, telephone: Telephone, member: str) -> None:
    sign_in(page, username=member, password=PASSWORD)
    add_passkey(page)
    page.click("form[action='/sign-out'] button")
    sign_in(page, username=member, password=PASSWORD)
    assert page.url.endswith("/sign-in/second-factor")
    page.click("main form[data-passkey] button")
    arrive(page, "/my/")


@pytest.mark.parametrize("trouble", ["forget", "refuse"])
def test_what_fails_is_said_and_the_password_still_works(
    trouble: str, page: Page, telephone: Telephone, member: str
) -> None:
    sign_in(page, username=member, password=PASSWORD)
    add_passkey(page)
    page.click("form[action='/sign-out'] button")
    page.goto("/sign-in")
    assert page.locator("[data-passkey-failed]").is_hidden()
    getattr(telephone, trouble)()
    page.click(BY_PASSKEY)
    page.locator("[data-passkey-failed]").wait_for(timeout=10_000)
    page.fill("#id_login", member)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    arrive(page, "/sign-in/second-factor")
