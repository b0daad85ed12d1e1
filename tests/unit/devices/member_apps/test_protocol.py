"""OAuth as the standards want it: PKCE without a way round, exact addresses, codes and refresh
tokens that serve once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices import tasks
from devices.member_apps import approving
from devices.models import AppCode, AppGrant, AppToken, Ending, MemberApp
from healthcare.accounts.credentials import token_hash
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.consenting import withdraw
from healthcare.patients.models import Purpose
from tests.cast import Cast
from tests.looking import audit_records
from tests.unit.devices.conftest import BY, Post, item
from tests.unit.devices.phone import (
    HTTPS,
    PRIVATE,
    Phone,
    came_back,
    challenge,
)

EVERYBODY = Scope.system("a test looks")


def grants() -> list[AppGrant]:
    with acting_in(EVERYBODY):
        return list(AppGrant.objects.all())


def error(answer: Any) -> str:
    assert answer.status_code in (400, 401), answer.content
    return str(answer.json()["error"])


def test_the_dance(cast: Cast, phone: Phone) -> None:
    back = came_back(phone.answered(cast.member))
    assert (back[""], back["state"]) == (PRIVATE, "a state")
    answer = phone.exchange(back["code"])
    assert answer["Cache-Control"] == "no-store"
    said = answer.json()
    assert (said["token_type"], said["scope"]) == ("Bearer", "readings.write")
    assert 15 * 60 <= said["expires_in"] <= 60 * 60
    (grant,) = grants()
    assert (grant.patient_id, grant.user_id) == (cast.hanako.pk, cast.member.pk)
    assert [record.action for record in audit_records(patient_id=cast.hanako.pk)] == [
        "devices.app_approved",
        "devices.app_token_issued",
    ]


def test_only_hashes_are_kept(cast: Cast, phone: Phone) -> None:
    code = phone.code(cast.member)
    said = phone.exchange(code).json()
    with acting_in(EVERYBODY):
        kept = [*AppCode.objects.values_list(), *AppToken.objects.values_list()]
    for secret in (code, said["access_token"], said["refresh_token"]):
        assert secret not in repr([[bytes(v) if isinstance(v, memoryview) else v for v in row]
                                   for row in kept])  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "plain", "code_challenge": "v" * 43},
        {"code_challenge": "short"},
    ],
)
@pytest.mark.parametrize("step", ["page", "answered"])
def test_there_is_no_way_round_pkce(
    cast: Cast, phone: Phone, changed: dict[str, str | None], step: str
) -> None:
    back = came_back(getattr(phone, step)(cast.member, **changed))
    assert back["error"] == "invalid_request"
    assert "code" not in back
    assert grants() == []


@pytest.mark.parametrize(
    ("verifier", "expected"),
    [
        (None, "invalid_request"),
        ("", "invalid_request"),
        (challenge(), "invalid_grant"),  # as `plain` would have it
        ("another-verifier-that-is-long-enough-to-be-one-9", "invalid_grant"),
    ],
)
def test_the_code_needs_its_verifier(
    cast: Cast, phone: Phone, verifier: str | None, expected: str
) -> None:
    code = phone.code(cast.member)
    assert error(phone.exchange(code, code_verifier=verifier)) == expected


@pytest.mark.parametrize("scope", [None, "", "openid", "readings.write readings.read"])
def test_the_one_scope_is_asked_for_by_name(cast: Cast, phone: Phone, scope: str | None) -> None:
    back = came_back(phone.answered(cast.member, scope=scope))
    assert back["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "address",
    [
        None,
        "https://evil.example/oauth",
        "https://app.example/oauth/",
        "https://app.example/oauth?x=1",
        "https://app.example/oauth#x",
        "HTTPS://app.example/oauth",
        "https://app.example/oauth/../evil",
        "https://app.example.evil.example/oauth",
        "com.example.app:/other",
        "com.example.app2:/oauth",
        "http://127.0.0.1:1/other",
        "http://127.0.0.1.evil.example/oauth",
        "http://127.0.0.1:80@evil.example/oauth",
        "http://localhost:8080/oauth",
        "http://127.0.0.1:99999999/oauth",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_not_the_apps_is_never_followed(
    cast: Cast, phone: Phone, address: str | None
) -> None:
    for answer in (
        phone.page(cast.member, redirect_uri=address),
        phone.answered(cast.member, redirect_uri=address),
    ):
        assert answer.status_code == 400
        assert "Location" not in answer
    assert grants() == []


@pytest.mark.parametrize("address", [HTTPS, "http://127.0.0.1:49152/oauth"])
def test_the_apps_own_addresses(cast: Cast, phone: Phone, address: str) -> None:
    back = came_back(phone.answered(cast.member, redirect_uri=address))
    assert back[""] == address
    assert error(phone.exchange(back["code"])) == "invalid_grant"  # another one than it asked with
    assert phone.exchange(back["code"], redirect_uri=address).status_code == 200


def test_a_code_serves_once_and_its_reuse_ends_all(cast: Cast, phone: Phone, post: Post) -> None:
    code = phone.code(cast.member)
    token = phone.exchange(code).json()["access_token"]
    assert error(phone.exchange(code)) == "invalid_grant"
    assert [grant.ended_because for grant in grants()] == [Ending.CODE_REUSED]
    assert post(token, item()).status_code == 401


def test_a_code_is_its_apps_and_lives_a_minute(
    cast: Cast, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Phone(
        MemberApp.objects.create(
            client_id="other", name="Other", redirect_uris=[PRIVATE], registered_at=timezone.now()
        )
    )
    code = phone.code(cast.member)
    assert error(other.exchange(code)) == "invalid_grant"
    monkeypatch.setattr(approving, "CODE_FOR", timedelta(0))
    assert error(phone.exchange(phone.code(cast.member))) == "invalid_grant"
    assert phone.exchange(code).status_code == 200


def test_refreshing_replaces_both(cast: Cast, phone: Phone, post: Post) -> None:
    first = phone.connected(cast.member)
    second = phone.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert post(first["access_token"], {"readings": []}).status_code == 401
    assert post(second["access_token"], {"readings": []}).status_code == 200


def test_a_stolen_refresh_token_ends_all(cast: Cast, phone: Phone, post: Post) -> None:
    stolen = phone.connected(cast.member)["refresh_token"]
    mine = phone.refresh(stolen).json()
    assert error(phone.refresh(stolen)) == "invalid_grant"
    assert [grant.ended_because for grant in grants()] == [Ending.REFRESH_REUSED]
    assert post(mine["access_token"], {"readings": []}).status_code == 401
    assert error(phone.refresh(mine["refresh_token"])) == "invalid_grant"


def test_a_refresh_token_expires_and_is_forgotten(cast: Cast, phone: Phone) -> None:
    said = phone.connected(cast.member)
    later = timezone.now() + approving.REFRESH_FOR
    with acting_in(EVERYBODY):
        held = {
            "refresh": said["refresh_token"],
            "app": phone.app,
            "now": later,
            "by": BY,
        }
        assert approving.take_refresh(**held) is None
        assert approving.forget_expired(now=later - timedelta(days=1)) == 0
        assert approving.forget_expired(now=later + timedelta(days=1)) == 2
        assert not AppToken.objects.exists()
    tasks.forget_expired_tokens()


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_the_app_signs_itself_off(cast: Cast, phone: Phone, post: Post, which: str) -> None:
    said = phone.connected(cast.member)
    fields = {"client_id": phone.app.client_id, "token": said[which]}
    assert phone.posts("oauth-revoke", {**fields, "token": "mma_unknown"}).status_code == 200
    assert [grant.ended_because for grant in grants()] == [""]
    assert phone.posts("oauth-revoke", fields).status_code == 200
    assert [grant.ended_because for grant in grants()] == [Ending.APP]
    assert post(said["access_token"], {"readings": []}).status_code == 401


def test_without_consent_or_log_in_nothing_is_refreshed(cast: Cast, phone: Phone) -> None:
    said = phone.connected(cast.member)
    cast.member.is_active = False
    cast.member.save()
    assert error(phone.refresh(said["refresh_token"])) == "invalid_grant"
    cast.member.is_active = True
    cast.member.save()
    now = timezone.now()
    with acting_in(EVERYBODY):
        withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=now, by=BY)
    assert error(phone.refresh(said["refresh_token"])) == "invalid_grant"


@pytest.mark.parametrize("grant_type", ["password", "client_credentials", "implicit", ""])
def test_no_other_grant_exists(cast: Cast, phone: Phone, grant_type: str) -> None:
    assert error(phone.token(grant_type=grant_type)) == "unsupported_grant_type"
    back = phone.answered(cast.member, response_type="token")
    assert came_back(back)["error"] == "unsupported_response_type"


def test_tokens_do_not_travel_in_addresses(cast: Cast, phone: Phone) -> None:
    url = reverse("oauth-token", query={"grant_type": "refresh_token"})
    answer = Client().post(url, {}, HTTP_HOST="localhost")
    assert error(answer) == "invalid_request"
    assert Client().get(reverse("oauth-token"), HTTP_HOST="localhost").status_code == 405


def test_a_retired_app_is_unknown(cast: Cast, phone: Phone, post: Post) -> None:
    said = phone.connected(cast.member)
    MemberApp.objects.update(retired_at=timezone.now())
    assert post(said["access_token"], {"readings": []}).status_code == 401
    assert error(phone.refresh(said["refresh_token"])) == "invalid_client"
    assert phone.page(cast.member).status_code == 400


def test_the_hash_is_keyed(cast: Cast, phone: Phone, settings: Any) -> None:
    token = phone.connected(cast.member)["access_token"]
    before = token_hash(token)
    settings.SECRET_KEY = "another"
    assert token_hash(token) != before
