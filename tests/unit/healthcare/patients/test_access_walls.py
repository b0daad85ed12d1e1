"""The second wall by itself for what access adds: the database is asked past the managers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from devices.models import BloodPressureReading, DeviceHolding, SleepNight
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import breaking_glass, consenting
from healthcare.patients.access import hospital_of, scope_for, scope_for_family
from healthcare.patients.models import (
    BreakGlass,
    CareRelationship,
    Consent,
    Notice,
    Panel,
    Patient,
    Purpose,
    Watcher,
)
from healthcare.subscribers.models import Contract
from packages.models import Invoice, Subscription
from reports.models import Alert, AlertKind, PatientGoal, PatientState, Report
from reports.monitoring import opening, state
from tests.cast import Cast
from tests.factories import PanelFactory, WatcherFactory
from tests.looking import everybody
from tests.measuring import measure_days, sleep_nights

MEMBERSHIP = [Patient, Consent, Contract]
MEASURED = [BloodPressureReading, SleepNight]
CONCLUDED = [Alert, PatientState, Report]


@pytest.fixture
def now(cast: Cast) -> datetime:
    """A moment after Hanako has measured and an alert was opened."""
    at = timezone.now()
    with everybody():
        measure_days(cast.hanako, at.date() - timedelta(days=3), 2)
        sleep_nights(cast.hanako, at.date() - timedelta(days=3), 2)
        state.add_missing_rows(now=at)
        opening.open_alert(
            patient_id=cast.hanako.pk,
            kind=AlertKind.CRISIS,
            evidence=[opening.Evidence(key="test", measured_at=at, values=[188, 112])],
            reason={"systolic": 188, "diastolic": 112, "measured_at": at.isoformat()},
            now=at,
            by=cast.member.actor,
        )
        PatientGoal.objects.create(
            patient=cast.hanako, systolic=130, diastolic=80, period=(at - timedelta(days=1), None)
        )
        PanelFactory(hospital=cast.kita)
        WatcherFactory(patient=cast.hanako)
    return at


def seen(scope: Scope, *models: type) -> dict[str, int]:
    with acting_in(scope):
        return {m.__name__: m._base_manager.count() for m in models}  # type: ignore[attr-defined]


def nothing(*models: type) -> dict[str, int]:
    return dict.fromkeys((model.__name__ for model in models), 0)


def test_a_family_reaches_what_was_measured_and_no_conclusion(cast: Cast, now: datetime) -> None:
    scope = scope_for_family(cast.wataru, now=now)
    assert seen(scope, Patient, BloodPressureReading, SleepNight, PatientGoal, Watcher) == {
        "Patient": 1, "BloodPressureReading": 4, "SleepNight": 2, "PatientGoal": 1, "Watcher": 1,
    }  # fmt: skip
    assert seen(scope, CareRelationship, Subscription) == {
        "CareRelationship": 1, "Subscription": 0
    }  # fmt: skip
    closed = (*CONCLUDED, Contract, Invoice, DeviceHolding, Panel, Notice, BreakGlass)
    assert seen(scope, *closed) == nothing(*closed)
    with acting_in(scope):
        purposes = set(Consent._base_manager.values_list("purpose", flat=True))
    assert purposes == {Purpose.CARE}


def test_nobody_is_family_by_saying_so(cast: Cast, now: datetime) -> None:
    for user in (cast.member, cast.alice):
        assert seen(Scope.family(user.pk, now=now), Patient, *MEASURED) == nothing(
            Patient, *MEASURED
        )
    with everybody():
        consenting.withdraw(
            patient=cast.hanako, purposes=[Purpose.CARE], now=now, by=cast.member.actor
        )
    scope = scope_for_family(cast.wataru, now=now)
    assert seen(scope, Patient, *MEASURED) == nothing(Patient, *MEASURED)


def test_break_glass_reaches_one_person_for_one_clinician_for_an_hour(
    cast: Cast, now: datetime
) -> None:
    charlie = hospital_of(cast.charlie, now=now)
    assert charlie is not None
    breaking_glass.open_record(
        identity=breaking_glass.Identity(
            family_name="佐藤", given_name="花子", birth_date=cast.hanako.birth_date
        ),
        reason="unconscious in our emergency room",
        now=now,
        by=charlie,
    )
    minami, hour = cast.minami.pk, timedelta(hours=1)
    mine = Scope.opened(minami, user_id=cast.charlie.pk, now=now)
    assert seen(mine, Patient, BloodPressureReading, Alert) == {
        "Patient": 1, "BloodPressureReading": 4, "Alert": 1
    }  # fmt: skip
    for other in (
        Scope.opened(minami, user_id=cast.bob.pk, now=now),
        Scope.opened(cast.kita.pk, user_id=cast.charlie.pk, now=now),
        Scope.opened(minami, user_id=cast.charlie.pk, now=now + hour),
        scope_for(cast.charlie, now=now),
    ):
        assert seen(other, Patient, *MEASURED) == nothing(Patient, *MEASURED)
    # Nor does care come along: Alice's own patients are not in a scope that names her.
    alice = Scope.opened(cast.kita.pk, user_id=cast.alice.pk, now=now)
    assert seen(alice, Patient, *MEASURED) == nothing(Patient, *MEASURED)


def test_the_desk_reaches_membership_and_no_health_data(cast: Cast, now: datetime) -> None:
    assert all(count == 2 for count in seen(Scope.support(), *MEMBERSHIP).values())
    closed = (*MEASURED, *CONCLUDED, PatientGoal, CareRelationship, Watcher, Panel, Notice)
    assert seen(Scope.support(), *closed) == nothing(*closed)


def test_operators_reach_no_readings_and_nobody_who_watches(cast: Cast, now: datetime) -> None:
    closed = (*MEASURED, *CONCLUDED, PatientGoal, CareRelationship, DeviceHolding, Watcher)
    assert seen(Scope.operator(cast.demo.pk), *closed) == nothing(*closed)


def test_panels_and_notices_are_their_hospitals(cast: Cast, now: datetime) -> None:
    assert seen(scope_for(cast.alice, now=now), Panel) == {"Panel": 1}
    assert seen(scope_for(cast.charlie, now=now), Panel, Notice) == nothing(Panel, Notice)
    forged = (
        "INSERT INTO patients_notice (hospital_id, kind, at, about_id, reason)"
        f" VALUES ({cast.kita.pk}, 'budget', now(), {cast.alice.pk}, 'a forged one')"
    )
    with acting_in(scope_for(cast.charlie, now=now)):
        refused(lambda: connection.cursor().execute(forged))


def refused(do: Callable[[], object]) -> None:
    """PostgreSQL refuses it, and the transaction goes on."""
    with pytest.raises(DatabaseError), transaction.atomic():
        do()


def test_a_clinician_opens_no_record_past_the_action(cast: Cast, now: datetime) -> None:
    row = {
        "user": cast.charlie,
        "hospital": cast.minami,
        "patient": cast.hanako,
        "reason": "unconscious in our emergency room",
        "period": (now, now + timedelta(minutes=1)),
    }
    with acting_in(scope_for(cast.charlie, now=now)):
        refused(lambda: BreakGlass._base_manager.create(**row))
