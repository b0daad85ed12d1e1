"""Consent is asked at the moment of the effect: on read, write, report, export and delivery.

What was stored is kept; nothing of it is shown, built, written out or handed over any more.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices import queries as readings
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import caring, consenting, terms
from healthcare.patients.models import Consent, Purpose
from packages.models import UsageRecord
from reports import building, requesting
from reports.models import Report, ReportFile, ReportState
from reports.pdf import report as drawing
from tests.cast import Cast
from tests.looking import access_events
from tests.unit.portal.conftest import BY, Day, SignIn

CARE, REPORT = Purpose.CARE, Purpose.HOSPITAL_REPORT
SYSTEM = Scope.system("test")


def withdraw(cast: Cast, *purposes: Purpose) -> None:
    with acting_in(SYSTEM):
        consenting.withdraw(
            patient=cast.hanako, purposes=purposes, now=timezone.now(), by=cast.member.actor
        )


def kept(day: Day) -> int:
    """How many readings of the last days are stored."""
    with acting_in(SYSTEM):
        return len(
            readings.blood_pressure(
                patient_id=day.patient, start=day.now - timedelta(days=40), end=day.now
            )
        )


def addresses(day: Day) -> dict[str, str]:
    period = f"from={day.today - timedelta(days=7):%Y-%m-%d}&to={day.today:%Y-%m-%d}"
    return {
        "page": reverse("portal:clinic:patient", args=[day.patient]),
        "PDF": reverse("portal:clinic:report", args=[day.report]),
        "readings": f"/api/v1/patients/{day.patient}/readings",
        "summary": f"/api/v1/patients/{day.patient}/summary?{period}",
    }


def statuses(client: Client, day: Day) -> dict[str, int]:
    return {name: client.get(url).status_code for name, url in addresses(day).items()}


def test_reading_ends_at_once_and_the_data_is_kept(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.alice)
    assert statuses(client, day) == dict.fromkeys(addresses(day), 200)
    stored = kept(day)
    withdraw(cast, CARE)
    before = access_events()
    assert statuses(client, day) == dict.fromkeys(addresses(day), 404)
    assert "佐藤" not in client.get(reverse("portal:clinic:worklist")).content.decode()
    assert client.get("/api/v1/devices").json()["results"] == []
    assert access_events() == before, "nothing was shown"
    assert kept(day) == stored > 0
    # The member still sees what is theirs.
    assert sign_in(cast.member).get(reverse("portal:my:home")).status_code == 200


def test_whoever_writes_needs_it_too(cast: Cast, day: Day, sign_in: SignIn) -> None:
    withdraw(cast, CARE)
    client = sign_in(cast.alice)
    patient, alert = {"patient_id": day.patient}, {"alert_id": day.alert}
    posts: list[tuple[str, dict[str, int], dict[str, Any]]] = [
        ("goal", patient, {"systolic": 130, "diastolic": 80}),
        ("request-report", patient, {"days": 30}),
        ("alert", alert, {"do": "acknowledge"}),
        ("place", patient, {"do": "on", "panel": day.panel}),
    ]
    for name, arguments, posted in posts:
        url = reverse(f"portal:clinic:{name}", kwargs=arguments)
        assert client.post(url, posted).status_code == 404, name


def test_a_reading_without_it_is_not_stored(cast: Cast, day: Day, client: Client) -> None:
    out = StringIO()
    call_command(
        "register_device", "--operator-subscriber-id", "HANAKO", "--kind", "blood_pressure",
        "--serial", "BP-CONSENT", "--json", stdout=out,
    )  # fmt: skip
    token = json.loads(out.getvalue())["token"]

    def post(systolic: int) -> dict[str, Any]:
        item = {
            "kind": "blood_pressure",
            "measured_at": timezone.now().isoformat(),
            "systolic": systolic,
            "diastolic": 80,
            "pulse": 60,
        }
        answer: dict[str, Any] = client.post(
            "/api/v1/readings",
            json.dumps({"readings": [item]}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        return answer

    assert post(121)["accepted"] == 1
    stored = kept(day)
    withdraw(cast, CARE)
    assert post(122)["results"][0]["code"] == "no_consent"
    assert kept(day) == stored


@pytest.mark.parametrize("purpose", [CARE, REPORT])
def test_no_report_is_asked_for_without_both(purpose: Purpose, cast: Cast, day: Day) -> None:
    withdraw(cast, purpose)
    now = timezone.now()
    with acting_in(SYSTEM):
        with pytest.raises(requesting.ReportRefused, match="not agreed"):
            requesting.request(
                patient=cast.hanako,
                hospital=cast.kita,
                start=day.today - timedelta(days=7),
                end=day.today,
                now=now,
                by=BY,
            )
        last = f"{day.today.replace(day=1) - timedelta(days=1):%Y-%m}"
        assert requesting.request_due(month=last, now=now, by=BY).new == []


def pending(cast: Cast, day: Day) -> int:
    """A report that waits for its worker, from before the withdrawal."""
    with acting_in(SYSTEM):
        return requesting.request(
            patient=cast.hanako,
            hospital=cast.kita,
            start=day.today - timedelta(days=7),
            end=day.today,
            now=timezone.now(),
            by=BY,
        ).pk


def stand(report_id: int) -> tuple[str, bool, datetime | None]:
    """State, whether there is a PDF, when it was delivered."""
    with acting_in(SYSTEM):
        report = Report.objects.get(pk=report_id)
        files = ReportFile.objects.filter(report=report)
        return report.state, files.exists(), report.delivered_at


@pytest.mark.parametrize("purpose", [CARE, REPORT])
def test_a_waiting_report_is_not_built(purpose: Purpose, cast: Cast, day: Day) -> None:
    waiting = pending(cast, day)
    withdraw(cast, purpose)
    assert not building.build(report_id=waiting, now=timezone.now())
    assert stand(waiting) == (ReportState.REFUSED, False, None)


def end_care(cast: Cast) -> None:
    with acting_in(SYSTEM):
        caring.end(patient=cast.hanako, hospital=cast.kita, now=timezone.now(), by=BY)


@pytest.mark.parametrize(
    "meanwhile", [lambda cast: withdraw(cast, CARE), lambda cast: withdraw(cast, REPORT), end_care]
)
def test_a_report_is_not_delivered_when_that_ends_while_it_is_drawn(
    meanwhile: Callable[[Cast], None], cast: Cast, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = pending(cast, day)
    draw = drawing.render

    def slowly(*args: Any, **kwargs: Any) -> bytes:
        pdf = draw(*args, **kwargs)
        meanwhile(cast)
        return pdf

    monkeypatch.setattr(building, "render", slowly)
    assert not building.build(report_id=waiting, now=timezone.now())
    assert stand(waiting) == (ReportState.REFUSED, False, None)
    with acting_in(SYSTEM):
        assert not UsageRecord.objects.filter(key=f"report:{waiting}").exists()


def test_a_delivered_report_is_not_shown_after_its_consent(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    """Care goes on, and with it the page; the PDF is kept and closed."""
    client = sign_in(cast.alice)
    address = reverse("portal:clinic:report", args=[day.report])
    assert address in client.get(addresses(day)["page"]).content.decode()
    withdraw(cast, REPORT)
    assert client.get(address).status_code == 404
    page = client.get(addresses(day)["page"]).content.decode()
    assert "not shown: consent to reports is withdrawn" in page
    assert address not in page
    assert address not in client.get(reverse("portal:clinic:worklist")).content.decode()
    assert stand(day.report)[:2] == (ReportState.READY, True)


@pytest.mark.parametrize("purpose", [CARE, REPORT])
def test_an_export_leaves_out_who_has_withdrawn(
    purpose: Purpose, cast: Cast, day: Day, tmp_path: Path
) -> None:
    with acting_in(SYSTEM):
        end = Report.objects.get(pk=day.report).end
    month = f"{end - timedelta(days=1):%Y-%m}"

    def export() -> dict[str, int]:
        out = StringIO()
        call_command(
            "export_reports", "--month", month, "--to", str(tmp_path), "--json", stdout=out
        )
        answer: dict[str, int] = json.loads(out.getvalue())
        return answer

    before = export()
    assert (before["ready"], before["withheld"]) == (1, 0)
    [file] = tmp_path.iterdir()
    file.unlink()
    withdraw(cast, purpose)
    after = export()
    assert (after["ready"], after["withheld"]) == (0, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_consent_given_on_the_page_keeps_the_version_of_the_terms(
    cast: Cast, sign_in: SignIn
) -> None:
    sent = {"purpose": Purpose.RESEARCH.value, "do": "give"}
    assert sign_in(cast.member).post(reverse("portal:my:consent"), sent).status_code == 302
    with acting_in(SYSTEM):
        given = Consent.objects.get(patient=cast.hanako, purpose=Purpose.RESEARCH)
    assert given.terms == terms.CURRENT
