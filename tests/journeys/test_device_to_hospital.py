"""A cuff posts; the clinic is alarmed, watches, and gets its report; nobody else sees any of it."""

import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from healthcare.hospitals.scope import Scope, acting_in
from reports.models import Alert, AlertKind, Report
from tests.cast import Cast
from tests.looking import access_events

MORNING = timedelta(hours=7)


def manage(*args: str) -> dict[str, object]:
    out = io.StringIO()
    call_command(*args, "--json", stdout=out)
    answer: dict[str, object] = json.loads(out.getvalue())
    return answer


@pytest.fixture
def last_month() -> date:
    today = timezone.now().date()
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture
def token(cast: Cast, last_month: date) -> str:
    """The key of Hanako's cuff, handed over before last month began."""
    since = (last_month - timedelta(days=2)).isoformat()
    call_command(
        "subscribe",
        "--operator-subscriber-id",
        "HANAKO",
        "--package",
        "standard",
        "--on",
        last_month.isoformat(),
        stdout=io.StringIO(),
    )
    answer = manage(
        "register_device",
        "--operator-subscriber-id",
        "HANAKO",
        "--kind",
        "blood_pressure",
        "--serial",
        "CUFF-1",
        "--handed-over-at",
        f"{since}T00:00:00+09:00",
    )
    return str(answer["token"])


def post(token: str, body: object) -> object:
    return Client().post(
        "/api/v1/readings",
        data=json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def item(at: datetime, systolic: int, diastolic: int) -> dict[str, object]:
    return {
        "kind": "blood_pressure",
        "measured_at": at.isoformat(),
        "systolic": systolic,
        "diastolic": diastolic,
        "pulse": 70,
    }


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_from_the_cuff_to_the_hospital(cast: Cast, token: str, last_month: date) -> None:
    start = datetime.combine(last_month, datetime.min.time(), UTC)
    month = [
        item(start + timedelta(days=n, hours=h), 132 + n % 5, 82)
        for n in range(28)
        for h in (0, 12)
    ]
    answer = post(token, {"readings": month})
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 56

    # The same upload again is harmless, whatever part of it arrived.
    assert post(token, {"readings": month}).json()["duplicate"] == 56

    manage("build_reports", "--month", f"{last_month:%Y-%m}", "--here")
    with acting_in(Scope.system("test")):
        report = Report.objects.get()
    address = f"/clinic/reports/{report.pk}.pdf"
    pdf = signed_in(cast.alice).get(address)
    assert pdf.status_code == 200
    assert pdf["Content-Type"] == "application/pdf"
    assert "佐藤 花子" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert signed_in(cast.bob).get(address).status_code == 200
    assert signed_in(cast.charlie).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    viewers = [event.actor_name for event in access_events(what__contains="report")]
    assert sorted(viewers) == ["alice", "bob"]


def test_a_crisis_is_on_the_worklist_when_the_device_has_its_answer(cast: Cast, token: str) -> None:
    now = timezone.now()
    first = post(token, item(now - timedelta(minutes=10), 192, 112))
    assert first.status_code == 201
    assert first.json()["results"][0]["advice"] == "measure_again"
    second = post(token, item(now, 188, 110))
    assert second.json()["results"][0]["advice"] == "call_for_help"

    with acting_in(Scope.system("test")):
        alert = Alert.objects.get()
    assert (alert.kind, alert.urgent) == (AlertKind.CRISIS, True)
    assert "佐藤" in signed_in(cast.alice).get("/clinic/").content.decode()
    assert "佐藤" not in signed_in(cast.charlie).get("/clinic/").content.decode()

    page = f"/clinic/patients/{cast.hanako.pk}/"
    assert "192/112" in signed_in(cast.alice).get(page).content.decode()
    assert signed_in(cast.charlie).get(page).status_code == 404


def test_without_consent_nothing_is_stored(cast: Cast) -> None:
    answer = manage(
        "register_device",
        "--operator-subscriber-id",
        "TARO",
        "--kind",
        "blood_pressure",
        "--serial",
        "CUFF-2",
    )
    refused = post(str(answer["token"]), item(timezone.now(), 190, 110))
    assert refused.status_code == 422
    assert refused.json()["results"][0]["code"] == "no_consent"
    with acting_in(Scope.system("test")):
        assert not Alert.objects.exists()
