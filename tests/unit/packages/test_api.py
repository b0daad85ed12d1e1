"""The packages API: members themselves, operators' staff their subscribers, nobody else."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from healthcare.accounts.models import User
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.kernel.periods import calendar_month
from healthcare.patients.models import Patient
from packages import billing, subscribing
from packages.models import Subscription
from tests.cast import Cast
from tests.unit.packages.conftest import BY


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, path: str, body: Any) -> Any:
    return signed_in(user).post(f"/api/v1/{path}", body, content_type="application/json")


def take(patient: Patient) -> Subscription:
    now = timezone.now()
    with acting_in(Scope.system("a test")):
        today = subscribing.today_of(patient, now=now)
        return subscribing.subscribe(patient=patient, package="standard", on=today, now=now, by=BY)


def test_a_member_chooses_among_the_operators_packages(member: User) -> None:
    answer = signed_in(member).get("/api/v1/packages").json()
    assert answer["next"] is None
    assert [(entry["code"], entry["price"], entry["tax_rate"]) for entry in answer["results"]] == [
        ("free", 0, "10"),
        ("standard", 330, "10"),
        ("premium", 980, "10"),
    ]
    assert answer["results"][2]["features"]["report_cadence"] == "weekly"


def test_a_member_subscribes_upgrades_leaves_and_stays(member: User, hanako: Patient) -> None:
    taken = post(member, "subscriptions", {"do": "subscribe", "package": "standard"})
    assert (taken.status_code, taken.json()["package"], taken.json()["to"]) == (
        201,
        "standard",
        None,
    )
    left = post(member, "subscriptions", {"do": "cancel"})
    assert left.json()["to"] is not None
    assert post(member, "subscriptions", {"do": "revoke"}).json()["to"] is None
    post(member, "subscriptions", {"do": "change", "package": "free"})
    rows = signed_in(member).get("/api/v1/subscriptions").json()["results"]
    assert [row["package"] for row in rows] == ["free", "standard"]
    assert rows[0]["from"] == rows[1]["to"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"do": "change", "package": "premium"}, "do", "not_subscribed"),
        ({"do": "subscribe", "package": "gold"}, "package", "not_offered"),
        ({"do": "subscribe"}, "package", "invalid"),
        ({"do": "dance"}, "do", "invalid_choice"),
        ({}, "do", "required"),
    ],
)
def test_refusals_are_problems_with_their_place(
    member: User, body: dict[str, str], field: str, code: str
) -> None:
    answer = post(member, "subscriptions", body)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


def test_an_operators_staff_see_their_own_subscribers(
    cast: Cast, olga: User, oscar: User, hanako: Patient
) -> None:
    take(hanako)
    seen = signed_in(olga).get("/api/v1/subscriptions").json()["results"]
    assert [row["patient"] for row in seen] == [hanako.pk]
    assert signed_in(oscar).get("/api/v1/subscriptions").json()["results"] == []
    assert len(signed_in(olga).get("/api/v1/packages").json()["results"]) == 3
    assert signed_in(oscar).get("/api/v1/packages").json()["results"] == []


@pytest.mark.parametrize("who", ["alice", "sam"])
@pytest.mark.parametrize("path", ["packages", "subscriptions", "invoices"])
def test_what_somebody_pays_is_nobody_elses_business(cast: Cast, who: str, path: str) -> None:
    answer = signed_in(getattr(cast, who)).get(f"/api/v1/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert Client().get(f"/api/v1/{path}").status_code in (401, 403)


def test_staff_decide_nothing_for_a_member(olga: User) -> None:
    answer = post(olga, "subscriptions", {"do": "subscribe", "package": "standard"})
    assert answer.status_code == 403
    assert not Subscription._base_manager.exists()


def test_invoices_show_lines_and_taxes(cast: Cast, member: User, hanako: Patient) -> None:
    row = take(hanako)
    now = timezone.now()
    billing.run(month=row.period.lower, operator=cast.demo, as_of=now, by=BY)
    (invoice,) = signed_in(member).get("/api/v1/invoices").json()["results"]
    assert (invoice["net"], invoice["tax"], invoice["total"]) == (300, 30, 330)
    assert invoice["number"].endswith("-00000001")
    assert invoice["taxes"] == [{"rate": "10", "net": 300, "tax": 30}]
    (line,) = invoice["lines"]
    month = calendar_month(row.period.lower)
    assert line["period"] == [row.period.lower.isoformat(), month.end.isoformat()]
    assert (line["kind"], line["package"], line["amount"]) == ("fixed", "standard", 330)


HISTORY = {
    "currency": "JPY",
    "policy": {"proration": "actual_days"},
    "packages": {"basic": {"rank": 1, "price": 500, "tax_rate": "10"}},
    "events": [{"on": "2026-04-01", "do": "subscribe", "package": "basic"}],
    "through": "2026-04-02",
}


def test_staff_preview_a_history(olga: User, member: User) -> None:
    answer = post(olga, "invoice-preview", HISTORY)
    assert answer.status_code == 200
    assert answer.json()["documents"][0]["total"] == 550
    assert post(member, "invoice-preview", HISTORY).status_code == 403


def test_a_history_that_cannot_be_priced_names_place_and_cure(olga: User) -> None:
    events = [{"on": "2026-04-31", "do": "subscribe", "package": "basic"}, {"on": "2026-05-01"}]
    answer = post(olga, "invoice-preview", {**HISTORY, "events": events})
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [(error["index"], error["field"]) for error in errors] == [
        (0, "events[0].on"),
        (1, "events[1].do"),
    ]
    assert all(error["detail"] for error in errors)
