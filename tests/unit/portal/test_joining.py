"""A log-in made with an invitation's code: codes are not tried out, user names are not probed."""

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from healthcare.accounts.models import User
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import watching_along
from portal.joining import JoinForm
from tests.cast import Cast

pytestmark = pytest.mark.django_db

WRONG = "AAAA-AAAA-AAAA"
JOIN, JOIN_SIGNED_IN = "/join", "/my/watching/join"
AN_ADDRESS = 20  # attempts in five minutes


@pytest.fixture
def code(cast: Cast) -> str:
    with acting_in(Scope.system("a test")):
        return watching_along.invite(patient=cast.hanako, now=timezone.now(), by=command("tests"))


def form(code: str, username: str = "yuki") -> dict[str, str]:
    return {"code": code, "full_name": "Yuki", "username": username, "password": "of yuki alone 7"}


def attempts(client: Client, number: int, *, path: str = JOIN, address: str = "192.0.2.1") -> Any:
    """Several wrong codes from one address; the last answer."""
    for _ in range(number):
        answer = client.post(path, form(WRONG), REMOTE_ADDR=address)
    return answer


def test_an_address_tries_twenty_codes_and_no_more(client: Client, code: str) -> None:
    assert attempts(client, AN_ADDRESS).status_code == 422
    stopped = attempts(client, 1)
    assert (stopped.status_code, stopped["Retry-After"]) == (429, "300")
    assert "Try again in five minutes" in stopped.content.decode()
    # Not with the right code either: else the answer would tell which one that is.
    right = client.post(JOIN, form(code), REMOTE_ADDR="192.0.2.1")
    assert right.status_code == 429
    assert not User.objects.filter(username="yuki").exists()
    # The form can still be read, and others are not kept out.
    assert client.get(JOIN, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert client.post(JOIN, form(code), REMOTE_ADDR="192.0.2.2").status_code == 302


def test_it_goes_on_after_five_minutes(
    client: Client, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert attempts(client, AN_ADDRESS + 1).status_code == 429
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.post(JOIN, form(code), REMOTE_ADDR="192.0.2.1").status_code == 302


def test_many_addresses_share_one_count(client: Client, code: str, settings: Any) -> None:
    own, _, all_ = settings.ACCOUNT_RATE_LIMITS["invitation_code"].partition(",")
    assert all_ == "300/m/key"
    settings.ACCOUNT_RATE_LIMITS = {"invitation_code": f"{own},3/m/key"}
    for n in range(3):
        assert attempts(client, 1, address=f"192.0.2.{n}").status_code == 422
    assert attempts(client, 1, address="192.0.2.9").status_code == 429
    # A network that has IPv6 has more addresses than anybody can count: it counts as one.
    settings.ACCOUNT_RATE_LIMITS = {"invitation_code": "1/5m/ip"}
    assert attempts(client, 1, address="2001:db8::1").status_code == 422
    assert attempts(client, 1, address="2001:db8::2").status_code == 429


def test_who_is_stopped_does_not_use_up_the_count_of_all(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"invitation_code": "2/5m/ip,4/m/key"}
    assert attempts(client, 9).status_code == 429
    assert attempts(client, 1, address="192.0.2.2").status_code == 422


def test_signed_in_and_not_count_together(cast: Cast, client: Client) -> None:
    client.force_login(cast.wataru)
    assert attempts(client, AN_ADDRESS, path=JOIN_SIGNED_IN).status_code == 302
    assert attempts(client, 1, path=JOIN_SIGNED_IN).status_code == 429
    assert attempts(Client(), 1).status_code == 429


def test_a_user_name_is_told_taken_only_for_a_code_that_works(client: Client, code: str) -> None:
    probed = [
        client.post(JOIN, form(WRONG, name)).content.decode().replace(name, "NAME")
        for name in ("alice", "a-free-name")
    ]
    assert _without_token(probed[0]) == _without_token(probed[1])
    assert "not valid" in probed[0]
    answer = client.post(JOIN, form(code, "Alice"))
    assert answer.status_code == 422
    assert "taken" in answer.content.decode()


def _without_token(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_two_take_the_same_user_name_at_once(
    cast: Cast, client: Client, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other one comes between our look and our row.
    monkeypatch.setattr(JoinForm, "clean_username", lambda self: self.cleaned_data["username"])
    answer = client.post(JOIN, form(code, cast.alice.username))
    assert answer.status_code == 422
    assert "This user name is taken" in answer.content.decode()
    assert client.post(JOIN, form(code)).status_code == 302
