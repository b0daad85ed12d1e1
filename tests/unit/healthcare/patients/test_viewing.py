"""The daily budget: so many patients a day; more takes a reason, which the lead reads."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from healthcare.accounts.models import User
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import viewing
from healthcare.patients.access import scope_for
from healthcare.patients.models import Notice, NoticeKind
from healthcare.patients.viewing import BudgetSpent, ReasonTooShort
from tests.cast import Cast
from tests.looking import access_events, audit_records


@pytest.fixture
def now() -> datetime:
    """Noon in Tokyo, so that an hour later is the same day."""
    return timezone.now().replace(hour=3, minute=0)


@pytest.fixture(autouse=True)
def three_a_day(settings: Any) -> None:
    settings.PATIENTS_A_DAY = 3


def look(
    cast: Cast, user: User, *patients: int, now: datetime, what: str = "clinic.patient"
) -> None:
    with acting_in(scope_for(user, now=now)) as scope:
        viewing.saw(
            user=user,
            patient_ids=patients,
            what=what,
            why="care",
            hospital=scope.hospital_id,
            address="192.0.2.7",
            now=now,
        )


def test_beyond_the_budget_nothing_is_shown_or_noted(cast: Cast, now: datetime) -> None:
    for patient in (1, 2, 3, 3, 1):
        look(cast, cast.alice, patient, now=now)
    with pytest.raises(BudgetSpent, match="3 patients today") as spent:
        look(cast, cast.alice, 4, now=now)
    assert spent.value.limit == 3
    assert access_events(patient_id=4) == []
    look(cast, cast.alice, 2, now=now)
    look(cast, cast.bob, 4, now=now)
    look(cast, cast.alice, 4, now=now + timedelta(days=1))


def test_lines_of_a_list_are_noted_and_not_counted(cast: Cast, now: datetime) -> None:
    look(cast, cast.alice, *range(10, 60), now=now, what="clinic.worklist")
    look(cast, cast.alice, *range(60, 90), now=now, what="api.devices")
    assert len(access_events()) == 80
    for patient in (1, 2, 3):
        look(cast, cast.alice, patient, now=now)


def test_the_day_begins_at_midnight_of_the_hospital(cast: Cast) -> None:
    midnight = timezone.now().replace(hour=15, minute=0, second=0, microsecond=0)
    for patient in (1, 2, 3):
        look(cast, cast.alice, patient, now=midnight - timedelta(seconds=1))
    with pytest.raises(BudgetSpent):
        look(cast, cast.alice, 4, now=midnight - timedelta(seconds=1))
    look(cast, cast.alice, 4, now=midnight)


def test_a_hospital_sets_its_own(cast: Cast, now: datetime) -> None:
    cast.kita.patients_a_day = 1
    cast.kita.save()
    look(cast, cast.alice, 1, now=now)
    with pytest.raises(BudgetSpent):
        look(cast, cast.alice, 2, now=now)
    for patient in (1, 2, 3):
        look(cast, cast.charlie, patient, now=now)


def test_a_reason_lifts_it_for_the_day_and_the_lead_is_told(cast: Cast, now: datetime) -> None:
    for patient in (1, 2, 3):
        look(cast, cast.alice, patient, now=now)
    with acting_in(scope_for(cast.alice, now=now)):
        with pytest.raises(ReasonTooShort):
            viewing.lift(user=cast.alice, hospital=cast.kita, reason=" because ", now=now)
        for _ in range(2):
            viewing.lift(
                user=cast.alice, hospital=cast.kita, reason="a whole ward moved to us", now=now
            )
    for patient in range(4, 20):
        look(cast, cast.alice, patient, now=now + timedelta(hours=1))
    tomorrow = now + timedelta(days=1)
    for patient in (1, 2, 3):
        look(cast, cast.alice, patient, now=tomorrow)
    with pytest.raises(BudgetSpent):
        look(cast, cast.alice, 4, now=tomorrow)
    with acting_in(Scope.system("test")):
        notice = Notice.objects.get(kind=NoticeKind.BUDGET)
    assert (notice.hospital_id, notice.about_id) == (cast.kita.pk, cast.alice.pk)
    [lifted] = audit_records(action="patients.budget_lifted")
    assert lifted.details == {"limit": 3}


def test_members_and_who_watches_along_have_no_budget(cast: Cast, now: datetime) -> None:
    for user in (cast.member, cast.wataru):
        look(cast, user, *range(1, 9), now=now)
    assert len(access_events()) == 16
