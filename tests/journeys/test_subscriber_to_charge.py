"""An operator's file becomes members, packages, invoices, a charge file, and answered charges."""

import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from healthcare.accounts.models import Role
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.kernel.periods import calendar_month, month_text
from healthcare.patients.models import Patient
from packages import queries
from packages.models import Charge
from packages.operators import charge_file
from packages.operators.answers import LineStatus, Reason
from packages.operators.simulator import Script, Verdict, play
from tests.factories import OperatorFactory, UserFactory

THIS_MONTH = calendar_month(timezone.localdate())
LAST_MONTH = calendar_month(THIS_MONTH.start - timedelta(days=1))

FILE = """\
operator_subscriber_id,activated_on,msisdn,family_name,given_name,package,entitlement_from,price_override
A-1,2020-04-01,09012340001,青木,一郎,standard,{since},
A-2,2020-04-01,09012340002,石井,二葉,premium,{since},500
A-3,2020-04-01,09012340003,上田,三郎,free,{since},
A-4,2020-04-01,09012340004,遠藤,四季,standard,{since},
A-5,2020-04-01,09012340005,岡田,五月,,,
"""


def ask(*arguments: str) -> Any:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


@pytest.fixture
def imported(db: None, tmp_path: Path) -> None:
    """Five subscribers, four of whom bring a package; A-4 has not consented."""
    OperatorFactory(code="demo")
    path = tmp_path / "subscribers.csv"
    path.write_text(FILE.format(since=LAST_MONTH.start.isoformat()))
    assert ask("import_subscribers", str(path), "--operator", "demo")["created"] == 5
    for subscriber in ("A-1", "A-2", "A-3", "A-5"):
        ask(
            "record_consent",
            *("--operator-subscriber-id", subscriber, "--purpose", "care,hospital_report"),
            *("--from", LAST_MONTH.start.isoformat()),
        )


def member(subscriber: str) -> Patient:
    found: Patient = Patient.objects.get(contracts__operator_subscriber_id=subscriber)
    return found


def test_from_the_operators_file_to_answered_charges(imported: None, tmp_path: Path) -> None:
    month = month_text(LAST_MONTH)
    adopted = ask("adopt_packages", "--operator", "demo")
    assert (adopted["adopted"], adopted["waiting"]) == (3, 1)
    ask(
        "subscribe",
        *("--operator-subscriber-id", "A-5", "--package", "standard"),
        *("--on", date(LAST_MONTH.start.year, LAST_MONTH.start.month, 20).isoformat()),
    )
    with acting_in(Scope.system("a test")):
        on = LAST_MONTH.start
        assert queries.entitlements(patient_id=member("A-2").pk, on=on).sleep_analysis
        assert queries.entitlements(patient_id=member("A-4").pk, on=on).package is None

    billed = ask("run_billing", "--month", month)
    assert (billed["subscriptions"], billed["invoices_created"]) == (4, 3)
    assert (billed["total"], billed["currency"]) == (330 + 500 + 330, "JPY")
    assert ask("run_billing", "--month", month)["invoices_created"] == 0

    out = tmp_path / "charges.csv"
    where = ("--month", month, "--operator", "demo", "--out", str(out))
    assert ask("write_charges", *where)["charges"] == 3
    content = out.read_bytes()
    file = charge_file.read(content.splitlines(keepends=True))
    assert {line.operator_subscriber_id: line.amount for line in file.lines} == {
        "A-1": 330,
        "A-2": 500,
        "A-5": 330,
    }

    denied = next(line.key for line in file.lines if line.operator_subscriber_id == "A-1")
    script = Script(verdicts={denied: Verdict(LineStatus.REJECTED, Reason.DENIED)})
    answer = tmp_path / "answer.csv"
    answer.write_bytes(play(content.splitlines(keepends=True), script)[0].content)
    applied = ask("read_acknowledgement", str(answer), "--operator", "demo")
    assert (applied["accepted"], applied["rejected"]) == (2, 1)
    with acting_in(Scope.system("a test")):
        assert Charge.objects.get(key=denied).reason == "denied"


def test_the_bill_tells_the_operator_nothing_about_health(imported: None, tmp_path: Path) -> None:
    ask("adopt_packages", "--operator", "demo")
    month, out = month_text(LAST_MONTH), tmp_path / "charges.csv"
    ask("run_billing", "--month", month)
    ask("write_charges", "--month", month, "--operator", "demo", "--out", str(out))
    told = out.read_text().lower()
    for word in ("report", "pressure", "sleep", "hospital", "青木", "石井"):
        assert word not in told


def test_the_member_sees_what_they_pay_and_changes_it(imported: None) -> None:
    ask("adopt_packages", "--operator", "demo")
    ask("run_billing", "--month", month_text(LAST_MONTH))
    user = UserFactory(username="ichiro", role=Role.MEMBER)
    with acting_in(Scope.system("a test")):
        patient = member("A-1")
        patient.user = user
        patient.save()
    client = Client()
    client.force_login(user)
    (invoice,) = client.get("/api/v1/invoices").json()["results"]
    assert (invoice["total"], invoice["date"]) == (330, LAST_MONTH.start.isoformat())
    changed = client.post(
        "/api/v1/subscriptions",
        {"do": "change", "package": "premium"},
        content_type="application/json",
    )
    assert (changed.status_code, changed.json()["package"]) == (201, "premium")
