"""From an operator's file to a person whose readings a clinician may see."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from healthcare.accounts.models import User
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from tests.looking import audit_records

SAMPLE = Path(__file__).parents[2] / "samples" / "subscribers.csv"


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def seen_by(username: str) -> set[int]:
    user = User.objects.get(username=username)
    with acting_in(scope_for(user, now=timezone.now())):
        return set(Patient.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_subscriber_to_consent(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    imported = json.loads(
        run("import_subscribers", SAMPLE, "--operator", "demo", "--rejects", rejects, "--json")
    )
    assert imported["rows"] == 2_000
    with rejects.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == imported["held"] + imported["rejected"]

    for code in ("kita", "minami"):
        run("create_hospital", "--code", code, "--name", code.title())
        run("create_user", "--username", f"dr-{code}", "--role", "clinician", "--hospital", code)
    subscriber = ("--operator-subscriber-id", "S0000001")
    run("create_user", "--username", "member", "--role", "member", *subscriber)
    run("open_care", *subscriber, "--hospital", "kita", "--doctor", "Dr Kita")
    assert seen_by("dr-kita") == set()

    consent = json.loads(
        run("record_consent", *subscriber, "--purpose", "care,hospital_report", "--json")
    )
    patient = consent["patient"]
    assert consent["purposes"] == ["care", "hospital_report"]
    assert seen_by("dr-kita") == seen_by("member") == {patient}
    assert seen_by("dr-minami") == set()

    again = json.loads(run("import_subscribers", SAMPLE, "--operator", "demo", "--json"))
    assert (again["created"], again["unchanged"]) == (0, imported["created"])
    undone = json.loads(run("rollback_import", imported["batch"], "--json"))
    # The member and, in the same family file, nobody else: everything else goes.
    assert [kept["operator_subscriber_id"] for kept in undone["kept"]] == ["S0000001"]
    assert undone["removed"] == imported["created"] - 1
    with acting_in(Scope.system("test")):
        assert set(Patient.objects.values_list("pk", flat=True)) == {patient}

    run("record_consent", *subscriber, "--purpose", "care", "--withdraw")
    assert seen_by("dr-kita") == set()
    assert seen_by("member") == {patient}
    told = [record.action for record in audit_records(patient_id=patient)]
    assert "patients.consent_withdrawn" in told
