"""A fresh proof before exports through the API: who is asked for one, and the way out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from healthcare.accounts import factors, people
from healthcare.accounts.models import Session, User
from healthcare.accounts.stepping_up import RecentlySignedIn
from healthcare.accounts.totp import code_at
from healthcare.audit.actors import command
from tests.cast import Cast
from tests.factories import ImportBatchFactory
from tests.looking import everybody

BY = command("tests")
LISTS = ("/api/v1/invoices", "/api/v1/subscriptions")


@pytest.fixture
def rejects(cast: Cast) -> str:
    """The address of the rejects of an import of operator demo."""
    with everybody():
        return f"/api/v1/imports/{ImportBatchFactory(operator=cast.demo, state='done').pk}/rejects"


@pytest.fixture
def exports(rejects: str) -> tuple[str, ...]:
    return (rejects, *LISTS)


def signed_in(user: User, **ago: int) -> Client:
    """Signed in, the last proof so long ago; the session itself was used just now."""
    client = Client()
    client.force_login(user)
    Session.objects.filter(user=user).update(proved_at=timezone.now() - timedelta(**ago))
    return client


def test_a_fresh_proof_opens_them(olga: User, exports: tuple[str, ...]) -> None:
    client = signed_in(olga, minutes=4, seconds=50)
    assert [client.get(path).status_code for path in exports] == [200, 200, 200]


def test_an_old_proof_is_refused_with_the_way_out(olga: User, exports: tuple[str, ...]) -> None:
    client = signed_in(olga, minutes=6)
    for path in exports:
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert answer["Content-Type"] == "application/problem+json"
        assert "/account/confirm" in answer.json()["detail"]
    # What is no export goes on as before.
    assert client.get("/api/v1/imports").status_code == 200
    assert client.get("/api/v1/packages").status_code == 200


def test_the_way_out_leads_out(olga: User, rejects: str) -> None:
    secret = factors.give_authenticator(user=olga, now=timezone.now(), by=BY)
    client = signed_in(olga, minutes=6)
    assert client.get(rejects).status_code == 403
    asked = client.get("/account/confirm", follow=True)
    assert asked.status_code == 200
    client.post(asked.request["PATH_INFO"], {"code": code_at(secret, timezone.now())})
    assert client.get(rejects).status_code == 200


def test_a_personal_token_is_its_own_proof(olga: User, exports: tuple[str, ...]) -> None:
    token = people.create_personal_token(user=olga, now=timezone.now(), by=BY)
    headers = {"Authorization": f"Bearer {token}"}
    for client in (Client(), signed_in(olga, minutes=6)):
        assert [client.get(path, headers=headers).status_code for path in exports] == [200] * 3


def test_a_foreign_import_stays_absent(oscar: User, rejects: str) -> None:
    client = signed_in(oscar, minutes=6)
    foreign, absent = client.get(rejects), client.get("/api/v1/imports/999999999/rejects")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() == absent.json()


@pytest.mark.parametrize("name", ["alice", "member", "sam"])
def test_who_may_not_is_not_sent_to_confirm(name: str, cast: Cast, rejects: str) -> None:
    answer = signed_in(getattr(cast, name), minutes=6).get(rejects)
    assert answer.status_code == 403
    assert "confirm" not in answer.json()["detail"]


def test_a_member_reads_their_own_and_decides_without(member: User) -> None:
    client = signed_in(member, minutes=6)
    assert [client.get(path).status_code for path in LISTS] == [200, 200]
    taken = {"do": "subscribe", "package": "standard"}
    assert client.post(LISTS[1], taken, content_type="application/json").status_code == 201


def test_openapi_tells_which_they_are() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    told = {
        path
        for path, item in schema["paths"].items()
        if item.get("get", {}).get("responses", {}).get("403", {}).get("description")
        == RecentlySignedIn.message
    }
    assert told == {*LISTS, "/api/v1/imports/{batch_id}/rejects"}
