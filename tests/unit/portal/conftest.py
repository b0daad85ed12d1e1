"""A clinic day: Hanako measured for a month, an alert stands, a report and an invoice are there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from devices import authenticating, ingest, registry
from devices.models import Device, DeviceHolding
from devices.wire.native import JSON, read
from healthcare.accounts.models import User
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import leading, waves
from healthcare.patients import breaking_glass
from healthcare.patients.access import hospital_of
from healthcare.patients.models import Notice, Patient, Watcher
from healthcare.persons import finding, merging
from healthcare.persons.models import Resemblance
from packages import billing, subscribing
from packages.models import BillingRun, Invoice
from reports import building, requesting
from reports.models import Alert, AlertKind, Report
from reports.monitoring import opening, refreshing, state
from tests.cast import Cast
from tests.factories import (
    ContractFactory,
    ImportBatchFactory,
    MappingFactory,
    OperatorFactory,
    PanelFactory,
    PatientFactory,
)
from tests.measuring import measure_days, record_oxygen, sleep_nights, weigh

BY = command("tests")
SignIn = Callable[[User], Client]


@dataclass(frozen=True)
class Day:
    """Keys of what stands on the pages."""

    now: datetime
    today: date
    patient: int
    alert: int
    report: int
    invoice: int
    run: int
    batch: int
    mapping: int
    wave: int
    panel: int
    opened: int
    notice: int
    watcher: int
    holding: int
    resemblance: int
    merge: int
    joined_pair: int


@pytest.fixture
def sign_in(client: Client) -> SignIn:
    """Signs a user in, without a password."""

    def enter(user: User) -> Client:
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def day(cast: Cast) -> Day:
    """Everything that pages show, made by the rooms' own actions."""
    now = timezone.now()
    today = now.astimezone(ZoneInfo("Asia/Tokyo")).date()
    hanako = cast.hanako
    with acting_in(Scope.system("a clinic day")):
        subscribing.subscribe(patient=hanako, package="premium", on=today, now=now, by=BY)
        measure_days(hanako, today - timedelta(days=34), 34, morning=138, evening=130)
        sleep_nights(hanako, today - timedelta(days=30), 29)
        weigh(hanako, today - timedelta(days=20), 20)
        record_oxygen(hanako, today - timedelta(days=5), 3)
        state.add_missing_rows(now=now)
        refreshing.refresh(limit=10, now=now)
        opening.open_alert(
            patient_id=hanako.pk,
            kind=AlertKind.CRISIS,
            evidence=[opening.Evidence(key="test", measured_at=now, values=[188, 112])],
            reason={"systolic": 188, "diastolic": 112, "measured_at": now.isoformat()},
            now=now,
            by=BY,
        )
        requesting.request(
            patient=hanako,
            hospital=cast.kita,
            start=today - timedelta(days=29),
            end=today + timedelta(days=1),
            now=now,
            by=BY,
        )
        report = Report.objects.get().pk
    billing.run(month=today, operator=cast.demo, as_of=now, by=BY)
    building.build(report_id=report, now=now)
    minami = hospital_of(cast.charlie, now=now)
    assert minami is not None
    glass = breaking_glass.open_record(
        identity=breaking_glass.Identity(
            family_name="佐藤", given_name="花子", birth_date=hanako.birth_date
        ),
        reason="unconscious in our emergency room",
        now=now,
        by=minami,
    )
    with acting_in(Scope.system("a clinic day")):
        return Day(
            now=now,
            today=today,
            patient=hanako.pk,
            alert=Alert.objects.get(kind=AlertKind.CRISIS).pk,
            report=report,
            invoice=Invoice.objects.get().pk,
            run=BillingRun.objects.get().pk,
            batch=ImportBatchFactory(
                operator=cast.demo, state="done", finished_at=now, rows=3, created=2, rejected=1
            ).pk,
            mapping=MappingFactory(operator=cast.demo).pk,
            wave=_wave(cast, now),
            panel=PanelFactory(hospital=cast.kita).pk,
            opened=glass.patient_id,
            notice=Notice.objects.get(hospital=cast.kita).pk,
            watcher=Watcher.objects.get().pk,
            holding=_device(hanako, now),
            **_resemblances(hanako, now),
        )


def _resemblances(patient: Patient, now: datetime) -> dict[str, int]:
    """A pair to look at, and another that was joined; both by the room's own actions."""
    Patient.objects.filter(pk=patient.pk).update(postcode="060-0001")
    assert patient.birth_date is not None
    # A slip in the year: break-glass by name and birth date still finds one person.
    slipped = patient.birth_date.replace(year=patient.birth_date.year + 1)
    names = {name: getattr(patient, name) for name in ("family_name", "given_name", "sex")}
    others = [
        ContractFactory(
            operator=OperatorFactory(code=code),
            patient=PatientFactory(**names, birth_date=slipped, postcode="060-0001"),
        ).patient_id
        for code in ("sora", "nami")
    ]
    finding.look_for(patient_ids=others, now=now)
    first, second = others
    pair = Resemblance.objects.get(earlier=patient, later=first)
    other = Resemblance.objects.get(earlier=first, later=second)
    joined = merging.merge(resemblance_id=other.pk, reason="called back and asked", now=now, by=BY)
    return {"resemblance": pair.pk, "merge": joined.pk, "joined_pair": other.pk}


def _wave(cast: Cast, now: datetime) -> int:
    """Taro, who does not consent, is to be invited; nothing has left yet."""
    plan = waves.Plan("first", cut_over_on=now.date(), starts_at=now, channels=["console"])
    wave = waves.plan(operator=cast.demo, plan=plan, now=now, by=BY)
    while leading.step(wave_id=wave.pk, now=now, by=BY):
        pass
    return wave.pk


def _device(patient: Patient, now: datetime) -> int:
    """A cuff that was heard, with something to ask and something to decide; nothing is stored."""
    registry.register(
        kind="blood_pressure",
        serial="CUFF-1",
        patient=patient,
        handed_over_at=now - timedelta(days=40),
        model="HEM-1",
        now=now,
        by=BY,
    )
    cuff = Device.objects.get(serial="CUFF-1")
    sender = authenticating.as_device(device_id=cuff.pk, serial=cuff.serial, at=now)
    at = now.replace(microsecond=0)
    bodies = [
        {"measured_at": at - timedelta(minutes=5), "user_slot": 3, "battery": 9, "systolic": 131},
        {"measured_at": at + timedelta(hours=3), "systolic": 132},
        {"measured_at": at, "systolic": 20},
    ]
    for body in bodies:
        said = {"kind": "blood_pressure", "diastolic": 80, **body}
        batch = read(msgspec.json.encode(said), JSON)
        with acting_in(Scope.ingest()):
            ingest.take_in(batch, credential=sender, received_at=now)
    return DeviceHolding.objects.get(device=cuff).pk
