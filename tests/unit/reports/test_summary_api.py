"""`/api/v1/patients/{id}/summary`: the object of the contract, for those who may, and noted."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from healthcare.accounts.people import create_personal_token
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from reports.checks import hints_exist
from tests.cast import Cast
from tests.looking import access_events
from tests.measuring import measure_days, record_oxygen, sleep_nights, weigh

NOW = datetime(2026, 11, 3, tzinfo=UTC)
PERIOD = "from=2026-10-01&to=2026-11-01"


@pytest.fixture
def address(cast: Cast) -> str:
    with acting_in(Scope.system("test")):
        measure_days(cast.hanako, date(2026, 10, 1), 31)
        sleep_nights(cast.hanako, date(2026, 9, 30), 31)
    return f"/api/v1/patients/{cast.hanako.pk}/summary"


def get(cast: Cast, user: str, address: str) -> object:
    client = Client()
    client.force_login(getattr(cast, user))
    return client.get(address)


def test_the_summary_is_the_contracts_object(cast: Cast, address: str) -> None:
    answer = get(cast, "alice", f"{address}?{PERIOD}").json()
    assert (answer["from"], answer["to"]) == ("2026-10-01", "2026-11-01")
    assert answer["blood_pressure"]["mean"]["systolic"] == 131
    assert answer["blood_pressure"]["scheme"] == "jsh2025-home"
    assert len(answer["sleep"]["nights"]) == 31
    assert answer["together"][0]["morning_systolic"] == 136


@pytest.mark.parametrize(
    ("user", "status"),
    [
        ("alice", 200),
        ("bob", 200),
        ("member", 200),
        ("charlie", 404),
        ("olga", 404),
        ("oscar", 404),
        ("sam", 404),
    ],
)
def test_who_may(cast: Cast, address: str, user: str, status: int) -> None:
    assert get(cast, user, f"{address}?{PERIOD}").status_code == status
    events = access_events(what="api.summary")
    assert [e.actor_name for e in events] == (
        [getattr(cast, user).username] if status == 200 else []
    )


def test_foreign_and_absent_look_the_same(cast: Cast, address: str) -> None:
    foreign = get(cast, "charlie", f"{address}?{PERIOD}")
    absent = get(cast, "charlie", f"/api/v1/patients/99999999/summary?{PERIOD}")
    assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json())


def test_a_personal_token_opens_it_and_a_wrong_one_does_not(cast: Cast, address: str) -> None:
    token = create_personal_token(user=cast.alice, now=NOW, by=command("tests"))
    ok = Client().get(f"{address}?{PERIOD}", headers={"Authorization": f"Bearer {token}"})
    assert ok.status_code == 200
    wrong = Client().get(f"{address}?{PERIOD}", headers={"Authorization": "Bearer mmp_nothing"})
    assert wrong.status_code == 401
    assert wrong["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "from"),
        ("from=2026-10-01", "to"),
        ("from=2026-10-32&to=2026-11-01", "from"),
        ("from=2026-11-01&to=2026-10-01", "to"),
        ("from=2020-01-01&to=2026-11-01", "to"),
        (f"{PERIOD}&scheme=mine", "scheme"),
    ],
)
def test_a_bad_question_names_the_field(cast: Cast, address: str, query: str, field: str) -> None:
    answer = get(cast, "alice", f"{address}?{query}")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("hints", [(), ("oximetry",)])
def test_further_kinds(cast: Cast, address: str, settings: Any, hints: tuple[str, ...]) -> None:
    settings.EXPERIMENTAL_HINTS = hints
    assert "weight" not in get(cast, "alice", f"{address}?{PERIOD}").json()
    with acting_in(Scope.system("test")):
        weigh(cast.hanako, date(2026, 10, 2), 10)
        record_oxygen(cast.hanako, date(2026, 10, 2), 2)
    answer = get(cast, "alice", f"{address}?{PERIOD}").json()
    assert answer["weight"]["change"] == -0.9
    night = answer["oximetry"]["recordings"][0]
    assert (night["date"], night["minimum"]) == ("2026-10-03", 92)
    assert ("hint" in night) == bool(hints)
    before = get(cast, "alice", f"{address}?from=2026-09-01&to=2026-10-01").json()
    assert not {"weight", "oximetry"} & set(before)


def test_only_kinds_with_hints_may_be_named(settings: Any) -> None:
    settings.EXPERIMENTAL_HINTS = ("oximetry", "weight")
    (error,) = hints_exist(None)
    assert "'weight'" in error.msg
