"""A member says yes or no to an app, sees which may post, and ends them."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices.member_apps import registering
from devices.models import AppGrant, Ending
from healthcare.accounts.models import User
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting
from healthcare.patients.models import Purpose
from tests.cast import Cast
from tests.unit.devices.phone import HOST, HTTPS, PRIVATE, Phone
from tests.unit.portal.markup import Page

BY = command("tests")
APPS = "portal:my:apps"


@pytest.fixture
def phone(cast: Cast) -> Phone:
    now = timezone.now()
    app = registering.register(name="Pocket cuff", redirect_uris=[PRIVATE, HTTPS], now=now, by=BY)
    return Phone(app)


def grants() -> list[AppGrant]:
    with acting_in(Scope.system("a test looks")):
        return list(AppGrant.objects.all())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_question(cast: Cast, phone: Phone, language: str) -> None:
    User.objects.update(language=language)
    answer = phone.page(cast.member)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Pocket cuff" in text
    assert Page(text).faults == []
    # A browser holds the answer to a form to this too; it must be able to reach the app, alone.
    assert "form-action 'self' com.example.app:;" in answer["Content-Security-Policy"]
    https = phone.page(cast.member, redirect_uri=HTTPS)
    assert "form-action 'self' https://app.example;" in https["Content-Security-Policy"]
    assert grants() == []  # to be asked is not to answer


def test_no_is_told_to_the_app(cast: Cast, phone: Phone) -> None:
    answer = phone.answered(cast.member, do="deny")
    back = dict(parse_qsl(urlsplit(answer["Location"]).query))
    assert (back["error"], back["state"]) == ("access_denied", "a state")
    assert grants() == []


def test_any_other_answer_asks_again(cast: Cast, phone: Phone) -> None:
    assert phone.answered(cast.member, do="").status_code == 200
    assert grants() == []


def test_a_form_from_elsewhere_says_nothing(cast: Cast, phone: Phone) -> None:
    phone.client = Client(enforce_csrf_checks=True)
    assert phone.answered(cast.member).status_code == 403
    assert grants() == []


def test_without_consent_to_care_there_is_nothing_to_allow(cast: Cast, phone: Phone) -> None:
    now = timezone.now()
    with acting_in(Scope.system("a test")):
        consenting.withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=now, by=BY)
    answer = phone.answered(cast.member)
    assert answer.status_code == 409
    assert reverse("portal:my:consent") in answer.content.decode()
    assert 'value="allow"' not in answer.content.decode()
    assert grants() == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_wrong_request_is_explained(cast: Cast, phone: Phone, language: str) -> None:
    User.objects.update(language=language)
    answer = phone.page(cast.member, redirect_uri="https://evil.example/")
    assert answer.status_code == 400
    assert Page(answer.content.decode()).faults == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_list_and_the_end(cast: Cast, phone: Phone, language: str) -> None:
    User.objects.update(language=language)
    token = phone.connected(cast.member)["access_token"]
    client = phone.client
    text = client.get(reverse(APPS)).content.decode()
    assert "Pocket cuff" in text
    assert Page(text).faults == []
    (grant,) = grants()
    assert client.post(reverse(APPS), {"app": grant.pk}).status_code == 302
    assert [found.ended_because for found in grants()] == [Ending.MEMBER]
    assert "Pocket cuff" not in client.get(reverse(APPS)).content.decode()
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client().post("/api/v1/readings", "{}", "application/json", headers=headers)
    assert answer.status_code == 401


def test_another_members_app_is_absent(cast: Cast, phone: Phone) -> None:
    phone.connected(cast.member)
    (grant,) = grants()
    other = User.objects.create(username="taro", role="member")
    with acting_in(Scope.system("a test")):
        cast.taro.user = other
        cast.taro.save()
    phone.client.force_login(other)
    assert "Pocket cuff" not in phone.client.get(reverse(APPS)).content.decode()
    for foreign in (str(grant.pk), "999999", "", "x", "9" * 30, "²"):
        assert phone.client.post(reverse(APPS), {"app": foreign}).status_code == 404
    assert [found.ended_at for found in grants()] == [None]


def test_nobody_else_is_asked(cast: Cast, phone: Phone) -> None:
    for user in (cast.alice, cast.olga, cast.sam):
        assert phone.page(user).status_code == 404
    phone.client.logout()
    url = reverse("portal:my:authorize", query=phone.asks())
    answer = phone.client.get(url, **HOST)
    # After signing in the member is back here, with all that the app asked.
    assert answer.status_code == 302
    assert dict(parse_qsl(urlsplit(answer["Location"]).query))["next"] == url
