"""Every page of every role, as on a clinic day: axe finds nothing, and nothing stands beside a
window of 320 px, in both languages."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from healthcare.accounts.models import Role, User
from tests.browser.looking import enter, overhang, violations
from tests.cast import Cast
from tests.unit.portal.conftest import Day, day  # noqa: F401 # a fixture
from tests.unit.portal.routes import PAGES, Route

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def owner(route: Route, cast: Cast) -> User:
    """Whose page it is."""
    usual = {
        Role.CLINICIAN: cast.alice,
        Role.MEMBER: cast.member,
        Role.OPERATOR: cast.olga,
        Role.ADMIN: cast.ada,
    }
    found: User = getattr(cast, route.who) if route.who else usual.get(route.role, cast.sam)
    return found


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page(
    language: str,
    page: Page,
    slim_page: Page,
    cast: Cast,
    day: Day,  # noqa: F811
) -> None:
    User.objects.update(language=language)
    wrong = []
    for route in PAGES:
        enter(page, owner(route, cast))
        address = reverse(f"portal:{route.name}", kwargs=route.arguments(day))
        for window in (page, slim_page):
            answer = window.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            wrong += [f"{address}: {one}" for one in violations(window)]
        assert slim_page.locator("html").get_attribute("lang") == language
        if beside := overhang(slim_page):
            wrong.append(f"{address}: {beside} px beside a narrow window")
    assert wrong == []
