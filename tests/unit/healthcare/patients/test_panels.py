"""Panels narrow: staff join and leave, leads assign, and no panel shows a foreign patient."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from healthcare.accounts.models import HospitalStaff, User
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import panels
from healthcare.patients.access import hospital_of, scope_for
from healthcare.patients.models import Panel, PanelPatient, PanelStaff
from tests.cast import Cast
from tests.factories import PanelFactory
from tests.looking import audit_records, everybody


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def panel(cast: Cast) -> Panel:
    with everybody():
        return PanelFactory(hospital=cast.kita, name="Ward 3")


def staff(user: User, now: datetime) -> HospitalStaff:
    found = hospital_of(user, now=now)
    assert found is not None
    return found


def test_a_lead_makes_and_closes_a_panel_and_others_do_not(cast: Cast, now: datetime) -> None:
    with acting_in(scope_for(cast.bob, now=now)):
        made = panels.make(name=" Dr  Ito ", now=now, by=staff(cast.bob, now))
        assert made.name == "Dr Ito"
        panels.put_on(panel=made, patient=cast.hanako, now=now, by=staff(cast.bob, now))
        for wrong in ("Dr Ito", " "):
            with pytest.raises(panels.PanelRefused, match="name"):
                panels.make(name=wrong, now=now, by=staff(cast.bob, now))
        with pytest.raises(panels.PanelRefused, match="lead"):
            panels.make(name="Mine", now=now, by=staff(cast.alice, now))
        with pytest.raises(panels.PanelRefused, match="lead"):
            panels.close(panel=made, now=now, by=staff(cast.alice, now))
        later = now + timedelta(hours=1)
        panels.close(panel=made, now=later, by=staff(cast.bob, now))
        assert list(panels.of_hospital(cast.kita)) == []
        assert list(panels.on_panels([made.pk], now=later)) == []
        assert PanelPatient.objects.get().period.upper == later, "who was on it stays known"
        panels.make(name="Dr Ito", now=later, by=staff(cast.bob, now))


def test_a_clinician_joins_and_leaves_and_a_lead_assigns(
    cast: Cast, panel: Panel, now: datetime
) -> None:
    alice, bob = staff(cast.alice, now), staff(cast.bob, now)
    with acting_in(scope_for(cast.alice, now=now)):
        for _ in range(2):
            panels.join(panel=panel, user=cast.alice, now=now, by=alice)
        assert panels.watched_by(cast.alice, hospital=cast.kita, now=now) == [panel]
        with pytest.raises(panels.PanelRefused, match="lead"):
            panels.join(panel=panel, user=cast.bob, now=now, by=alice)
        with pytest.raises(panels.PanelRefused, match="lead"):
            panels.leave(panel=panel, user=cast.bob, now=now, by=alice)
        panels.leave(panel=panel, user=cast.alice, now=now + timedelta(hours=1), by=alice)
        panels.join(panel=panel, user=cast.alice, now=now + timedelta(hours=2), by=bob)
        for outsider in (cast.charlie, cast.dora, cast.sam):
            with pytest.raises(panels.PanelRefused, match="staff"):
                panels.join(panel=panel, user=outsider, now=now, by=bob)
    with everybody():
        assert PanelStaff.objects.filter(user=cast.alice).count() == 2
    actions = [record.action for record in audit_records(subject_type="panel")]
    assert sorted(actions) == [
        "patients.panel_joined", "patients.panel_joined", "patients.panel_left"
    ]  # fmt: skip


def test_who_watches_a_panel_puts_patients_on_and_takes_them_off(
    cast: Cast, panel: Panel, now: datetime
) -> None:
    alice = staff(cast.alice, now)
    place: list[Callable[..., None]] = [panels.put_on, panels.take_off]
    with acting_in(scope_for(cast.alice, now=now)):
        for do in place:
            with pytest.raises(panels.PanelRefused, match="member"):
                do(panel=panel, patient=cast.hanako, now=now, by=alice)
        panels.join(panel=panel, user=cast.alice, now=now, by=alice)
        for _ in range(2):
            panels.put_on(panel=panel, patient=cast.hanako, now=now, by=alice)
        assert panels.panels_beside(cast.hanako, hospital=cast.kita, now=now) == ([panel], [])
        later = now + timedelta(days=1)
        for _ in range(2):
            panels.take_off(panel=panel, patient=cast.hanako, now=later, by=alice)
        assert panels.panels_beside(cast.hanako, hospital=cast.kita, now=later) == ([], [panel])
    records = audit_records(patient_id=cast.hanako.pk, subject_type="panel")
    assert {r.action for r in records} == {
        "patients.panel_patient_on",
        "patients.panel_patient_off",
    }
    assert len(records) == 2


def test_a_panel_opens_nothing(cast: Cast, panel: Panel, now: datetime) -> None:
    """Taro does not consent, and Charlie works elsewhere: being on a panel changes neither."""
    with acting_in(Scope.system("test")):
        for patient in (cast.hanako, cast.taro):
            PanelPatient.objects.create(
                panel=panel, patient=patient, period=DateTimeTZRange(now, None)
            )
    with acting_in(scope_for(cast.alice, now=now)):
        seen = panels.on_panels([panel.pk], now=now).values_list("patient_id", flat=True)
        assert list(seen) == [cast.hanako.pk]
    for foreign in (scope_for(cast.charlie, now=now), Scope.support(), Scope.operator(1)):
        with acting_in(foreign):
            assert list(panels.on_panels([panel.pk], now=now)) == []


def test_the_database_refuses_a_place_twice(cast: Cast, panel: Panel, now: datetime) -> None:
    with acting_in(Scope.system("test")):
        row = {"panel": panel, "period": DateTimeTZRange(now, None)}
        PanelPatient.objects.create(patient=cast.hanako, **row)
        with pytest.raises(IntegrityError, match="patient_once"), transaction.atomic():
            PanelPatient.objects.create(patient=cast.hanako, **row)
        PanelStaff.objects.create(user=cast.alice, **row)
        with pytest.raises(IntegrityError, match="clinician_once"), transaction.atomic():
            PanelStaff.objects.create(user=cast.alice, **row)
