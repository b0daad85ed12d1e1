"""Canaries through every route: what people type and devices send is in no log, message or URL.

Every route of the resolver is asked as everybody, with canaries in the query, in forms, in JSON, in
files, in headers and in bodies that are none of these; then again with a database that fails and
says so in the words that PostgreSQL uses.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from itertools import islice
from typing import Any
from uuid import uuid4

import psycopg.errors
import pytest
from celery.signals import before_task_publish
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from devices import authenticating, ingest
from healthcare.accounts.people import create_personal_token
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from tests.canaries import CANARIES, heard, sings
from tests.cast import Cast
from tests.manners import assert_manners
from tests.unit.portal.conftest import Day

NUMBERS = {
    "patient_id": "patient",
    "report_id": "report",
    "alert_id": "alert",
    "invoice_id": "invoice",
    "run_id": "run",
    "batch_id": "batch",
    "wave_id": "wave",
}
HOMES = {
    "alice": "/clinic/",
    "hanako": "/my/",
    "olga": "/operator/",
    "sam": "/support/",
    "ada": "/platform/",
    "a program": "/api/v1/patients/",
    "nobody": "/sign-in",
}
OPEN = ("/sign", "/language", "/theme", "/api/")
WORDS = {f"canary{n}": text for n, text in enumerate(CANARIES.values())}
# Every field that some form or body of the house reads.
FIELDS = {
    "username": CANARIES["e-mail"],
    "password": CANARIES["password"],
    "search": CANARIES["name"],
    "note": CANARIES["note"],
    "do": CANARIES["note"],
    "person": CANARIES["latin name"],
    "patient": CANARIES["number"],
    "since": CANARIES["birth date"],
    "after": CANARIES["token"],
    "month": CANARIES["birth date"],
    "from": CANARIES["number"],
    "to": CANARIES["birth date"],
    "kind": CANARIES["name"],
    "scheme": CANARIES["name"],
    "cursor": CANARIES["token"],
    "page_size": CANARIES["number"],
    "days": CANARIES["systolic"],
    "systolic": CANARIES["systolic"],
    "diastolic": CANARIES["reading"],
    "package": CANARIES["kana"],
    "shown": CANARIES["token"],
    "purpose": CANARIES["note"],
    "encoding": CANARIES["name"],
    "language": CANARIES["name"],
    "lang": CANARIES["latin name"],
    "version": CANARIES["latin name"],
    "theme": CANARIES["name"],
    "bucket": CANARIES["number in digits"],
    "sort": CANARIES["kana"],
    "page": CANARIES["number in digits"],
    **WORDS,
}
DETAIL = (
    'duplicate key value violates unique constraint "subscribers_line_number"\n'
    f"DETAIL:  Key (number, name)=({CANARIES['number']}, {CANARIES['name']}) already exists."
)


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The pattern of every route."""
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield pattern
        else:
            yield from routes(entry, pattern)


def addresses(day: Day) -> list[str]:
    """Every route with the numbers of the clinic day; an unknown argument is a canary's turn."""
    found = []
    for pattern in routes(get_resolver()):
        fill = re.sub(
            r"<(?:int:)(\w+)>", lambda m: str(getattr(day, NUMBERS.get(m[1], ""), 7)), pattern
        )
        fill = re.sub(r"<uuid:\w+>", str(uuid4()), fill)
        # A provider's code is public, names no person and comes back in `next`.
        fill = fill.replace("<slug:code>", "kita")
        # A link's token is random, and comes back in `next` to who asked with it.
        fill = fill.replace("<str:token>", "a-token")
        found.append("/" + re.sub(r"<[^>]+>", CANARIES["latin name"], fill).lstrip("/"))
    return found


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """The ways to hand something in, as the test client's arguments."""
    flat = json.dumps(FIELDS, ensure_ascii=False)
    reading = {
        "type": "blood_pressure",
        "device": CANARIES["token"],
        "id": CANARIES["note"],
        "measured_at": CANARIES["birth date"],
        "payload": {"systolic": 197.731, "diastolic": 113.377, "note": CANARIES["note"]},
    }
    table = "operator_subscriber_id,activated_on,msisdn,family_name\n" + ",".join(
        [CANARIES["e-mail"], CANARIES["birth date"], CANARIES["number"], CANARIES["name"]]
    )
    file = SimpleUploadedFile(f"{CANARIES['latin name']}.csv", table.encode())
    yield "post", {"data": FIELDS}
    yield "post", {"data": {**FIELDS, "encoding": "utf-8", "file": file}}
    yield "post", {"data": flat, "content_type": "application/json"}
    yield "post", {"data": json.dumps([reading]), "content_type": "application/json"}
    yield "post", {"data": f"{flat[:-1]},", "content_type": "application/json"}
    yield "post", {"data": flat.encode("utf-16"), "content_type": "application/json"}
    yield "post", {"data": flat, "content_type": CANARIES["latin name"]}
    yield "put", {"data": flat, "content_type": "application/json"}
    yield "patch", {"data": flat, "content_type": "application/json"}
    yield "delete", {"data": flat, "content_type": "application/json"}
    yield "get", {}
    yield "get", {"data": FIELDS}
    yield "get", {"headers": {"authorization": f"Bearer {CANARIES['token']}"}}
    yield "get", {"headers": {"accept": CANARIES["token"], "x-forwarded-for": CANARIES["token"]}}


def links(answer: Any) -> list[str]:
    """Every address that an answer sends its reader to."""
    found = [str(answer.headers.get("Location", "")), str(answer.headers.get("Link", ""))]
    if answer.streaming:
        assert answer.getvalue() is not None  # sent to its end, whatever it logs on the way
        return found
    text = answer.content.decode("utf-8", errors="replace")
    found += re.findall(r'(?:href|src|action|hx-[a-z]+)="([^"]*)"', text)
    return found + re.findall(r'"next":\s*"([^"]*)"', text)


class Failing:
    """A database that refuses everything but sessions and users, in PostgreSQL's own words."""

    def __call__(self, execute: Any, sql: Any, *given: Any) -> Any:
        if re.search(r"SAVEPOINT|set_config|django_session|accounts_user", str(sql)):
            return execute(sql, *given)
        raise IntegrityError(DETAIL) from psycopg.errors.UniqueViolation(DETAIL)


@pytest.fixture
def messages() -> Iterator[list[str]]:
    """Every message that goes to a worker, whole."""
    sent: list[str] = []

    def note(body: Any = None, headers: Any = None, **rest: Any) -> None:
        sent.append(json.dumps([body, headers], ensure_ascii=False, default=str))

    before_task_publish.connect(note)
    yield sent
    before_task_publish.disconnect(note)


@pytest.fixture
def people(cast: Cast, day: Day) -> dict[str, Client]:
    """Everybody, signed in; a program with a token; somebody who is not signed in."""
    users = {u.username: u for u in (cast.alice, cast.member, cast.olga, cast.sam, cast.ada)}
    found = {name: Client(raise_request_exception=False) for name in users}
    for name, client in found.items():
        client.force_login(users[name])
    token = create_personal_token(user=cast.alice, now=day.now, by=command("tests"))
    with_token = {"authorization": f"Bearer {token}"}
    found["a program"] = Client(raise_request_exception=False, headers=with_token)
    found["nobody"] = Client(raise_request_exception=False)
    return found


def ask(client: Client, method: str, address: str, given: dict[str, Any]) -> Any:
    """One answer; what it changed is taken back, signing out included."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer = getattr(client, method)(address, **given)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


@pytest.fixture
def canary_patient(cast: Cast) -> None:
    """Hanako is called like the canaries, so that what others are told can be compared."""
    with acting_in(Scope.system("a test")):
        Patient.objects.filter(pk=cast.hanako.pk).update(
            family_name=CANARIES["name"], family_name_kana=CANARIES["kana"]
        )


@pytest.mark.parametrize("who", ["alice", "hanako", "olga", "sam", "ada", "a program", "nobody"])
def test_nothing_sings(
    who: str,
    people: dict[str, Client],
    day: Day,
    messages: list[str],
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    client, found, taken = people[who], [], 0
    with heard() as lines:
        for address in [*addresses(day), "/no/such", "/api/v1/nothing", "/static/nothing"]:
            # Everything at one's own door; at those of others the ways that differ most.
            own = address.startswith((HOMES[who], *OPEN)) or who == "nobody"
            for method, given in bodies() if own else islice(bodies(), 0, None, 5):
                with django_capture_on_commit_callbacks(execute=True):
                    answer = ask(client, method, address, given)
                assert_manners(answer)
                taken += answer.status_code == 200 and address.startswith(HOMES[who])
                for link in links(answer):
                    if names := sings(link):
                        found.append(f"{method} {address}: link {link[:80]} {names}")
                if answer.status_code == 500:
                    found.append(f"{method} {address}: {answer.status_code}")
    assert found == []
    assert taken  # else they stood before a closed door all the time
    assert sings(lines.getvalue()) == []
    assert sings("\n".join(messages)) == []


@pytest.mark.parametrize("who", ["alice", "hanako", "olga", "ada", "a program", "nobody"])
def test_nothing_sings_when_the_database_fails(
    who: str, people: dict[str, Client], day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, broke = people[who], 0
    with heard() as lines:
        for address in addresses(day):
            for method in ("get", "post"):
                with connection.execute_wrapper(Failing()):
                    answer = ask(client, method, address, {})
                assert_manners(answer)
                broke += answer.status_code == 500
                if not answer.streaming:
                    text = answer.content.decode("utf-8", errors="replace")
                    assert sings(text) == [], f"{method} {address}"
                    assert "DETAIL" not in text
                    assert "duplicate key" not in text
    assert broke or who == "nobody"
    text = lines.getvalue()
    assert sings(text) == []
    assert "duplicate key" not in text
    if broke:
        assert "IntegrityError" in text


def test_unknown_addresses_are_not_written(people: dict[str, Client]) -> None:
    with heard() as lines:
        for canary in CANARIES.values():
            for client in people.values():
                assert client.get(f"/{canary}").status_code == 404
                assert client.get(f"/api/v1/{canary}", {"q": canary}).status_code == 404
    assert sings(lines.getvalue()) == []
    assert "an unknown address" in lines.getvalue()


def test_an_error_names_nobody_else(
    cast: Cast, people: dict[str, Client], day: Day, canary_patient: None
) -> None:
    """What is refused to others tells them nothing of the person whose it is."""
    for who in ("olga", "sam", "ada", "nobody"):
        for address in addresses(day):
            for method in ("get", "post"):
                answer = ask(people[who], method, address, {})
                if answer.status_code >= 400 and not answer.streaming:
                    assert sings(answer.content.decode("utf-8", "replace")) == [], address


def test_the_door_for_devices_keeps_a_failure_to_itself(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(DETAIL)

    monkeypatch.setattr(authenticating, "find", fail)
    monkeypatch.setattr(ingest, "take_in", fail)
    with heard() as lines:
        answer = Client(raise_request_exception=False).post(
            "/api/v1/readings",
            json.dumps(FIELDS),
            content_type="application/json",
            headers={"Authorization": "Bearer mmd_unknown"},
        )
    assert answer.status_code == 500
    assert_manners(answer)
    assert answer["Content-Type"] == "application/problem+json"
    assert sings(answer.content.decode()) == []
    assert sings(lines.getvalue()) == []
