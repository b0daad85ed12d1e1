"""Known is no patient: invited, even with a log-in, somebody is stored, seen, reported and charged
only from their own yes on."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import BloodPressureReading
from healthcare.accounts.models import User
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import leading, links, sending, waves
from healthcare.inviting.models import Invitation
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract, Line
from packages import adopting, billing, subscribing
from packages.models import Charge, Invoice, Subscription
from packages.pricing.problems import HistoryError
from reports import requesting
from reports.models import Alert, Report
from tests.cast import Cast
from tests.journeys.test_device_to_hospital import item, manage, post

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("a test")
BY = command("tests")


@pytest.fixture
def taro(cast: Cast, settings: Any, tmp_path: Path) -> User:
    """Imported with a package, invited, accepted; nothing agreed to yet."""
    settings.OUTBOX_DIR = tmp_path
    now = timezone.now()
    with acting_in(SYSTEM):
        Contract.objects.filter(patient=cast.taro).update(package="standard")
        plan = waves.Plan("w", cut_over_on=now.date(), starts_at=now, channels=["console"])
        wave = waves.plan(operator=cast.demo, plan=plan, now=now, by=BY)
        while leading.step(wave_id=wave.pk, now=now, by=BY):
            pass
        waves.start(wave=wave, now=now, by=BY)
        number = Line.objects.get(contract__patient=cast.taro).number
    sending.send(wave_id=wave.pk, now=now)
    with acting_in(SYSTEM):
        token = links.token_of(Invitation.objects.get().seed)
    said = {"birth_date": "1958-04-09", "digits": number[-4:], "full_name": "Taro"}
    said |= {"username": "taro", "password": "of taro alone 7"}
    assert Client().post(f"/join/{token}", said).status_code == 302
    return User.objects.get(username="taro")


def cuff(serial: str = "GATE-1") -> str:
    registered = ("register_device", "--operator-subscriber-id", "TARO", "--kind", "blood_pressure")
    return str(manage(*registered, "--serial", serial)["token"])


def seen(user: User) -> set[int]:
    with acting_in(scope_for(user, now=timezone.now())):
        return set(Patient.objects.values_list("pk", flat=True))


def test_no_reading_is_stored_before_the_yes_and_one_is_after(cast: Cast, taro: User) -> None:
    token, now = cuff(), timezone.now()
    refused = post(token, item(now, 190, 120))
    assert refused.status_code == 422
    assert refused.json()["results"][0]["code"] == "no_consent"
    with acting_in(SYSTEM):
        assert not BloodPressureReading.objects.exists()
        assert not Alert.objects.exists()
    agree(taro, "care")
    later = timezone.now() + timedelta(seconds=1)
    assert post(token, item(later, 130, 80)).status_code == 201


def test_no_hospital_sees_them_before_the_yes(cast: Cast, taro: User) -> None:
    client = Client()
    client.force_login(cast.alice)
    assert cast.taro.pk not in seen(cast.alice)
    assert client.get(f"/clinic/patients/{cast.taro.pk}/").status_code == 404
    assert "鈴木" not in client.get("/clinic/").content.decode()
    agree(taro, "care")
    assert cast.taro.pk in seen(cast.alice)


def test_no_report_is_made_before_the_yes(cast: Cast, taro: User) -> None:
    last = (timezone.now().date().replace(day=1) - timedelta(days=1)).replace(day=1)
    with acting_in(SYSTEM):
        period = {"start": last, "end": last + timedelta(days=7), "now": timezone.now(), "by": BY}
        with pytest.raises(requesting.ReportRefused, match="not agreed"):
            requesting.request(patient=cast.taro, hospital=cast.kita, **period)
        requesting.request_due(month=f"{last:%Y-%m}", now=timezone.now(), by=BY)
        assert not Report.objects.exists()


def test_no_charge_is_made_before_the_yes(cast: Cast, taro: User) -> None:
    now = timezone.now()
    with acting_in(SYSTEM):
        with pytest.raises(HistoryError) as refused:
            subscribing.subscribe(
                patient=cast.taro, package="standard", on=now.date(), now=now, by=BY
            )
        assert refused.value.errors[0]["code"] == "no_consent"
        waiting = adopting.adopt_migrated(operator=cast.demo, now=now, by=BY).waiting
        assert waiting == 1
        assert not Subscription.objects.exists()
    billing.run(month=date(now.year, now.month, 1), operator=cast.demo, as_of=now, by=BY)
    with acting_in(SYSTEM):
        assert not Invoice.objects.exists()
        assert not Charge.objects.exists()


def agree(user: User, purpose: str) -> None:
    client = Client()
    client.force_login(user)
    assert client.post("/my/consent/", {"purpose": purpose, "do": "give"}).status_code == 302


def test_the_yes_is_by_purpose(cast: Cast, taro: User) -> None:
    agree(taro, "marketing")
    assert seen(taro) == {cast.taro.pk}
    assert cast.taro.pk not in seen(cast.alice)
