"""Break-glass: one person, by exact identifiers, with a reason, for 60 minutes, to read only."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from healthcare.accounts.models import HospitalStaff
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import breaking_glass, noticing
from healthcare.patients.access import hospital_of, scope_for, scope_for_opened
from healthcare.patients.breaking_glass import MISSES, Identity, InYourCare, NotOpened
from healthcare.patients.models import (
    BreakGlass,
    CareRelationship,
    Consent,
    Notice,
    NoticeKind,
    Patient,
)
from tests.cast import Cast
from tests.factories import PatientFactory
from tests.looking import audit_records

REASON = "unconscious in our emergency room"
BORN = PatientFactory.birth_date
HANAKO = Identity(family_name="佐藤", given_name="花子", birth_date=BORN)
TARO = Identity(family_name="鈴木", given_name="太郎", birth_date=BORN)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def charlie(cast: Cast, now: datetime) -> HospitalStaff:
    found = hospital_of(cast.charlie, now=now)
    assert found is not None
    return found


def visible(staff: HospitalStaff, at: datetime) -> set[str]:
    with acting_in(scope_for_opened(staff, now=at)):
        return set(Patient.objects.values_list("family_name", flat=True))


def open_hanako(charlie: HospitalStaff, now: datetime) -> BreakGlass:
    return breaking_glass.open_record(identity=HANAKO, reason=REASON, now=now, by=charlie)


def test_it_opens_one_person_for_60_minutes_and_ends_by_itself(
    cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    assert visible(charlie, now) == set()
    opening = open_hanako(charlie, now)
    assert visible(charlie, now) == {"佐藤"}
    assert visible(charlie, now + 59 * MINUTE) == {"佐藤"}
    assert visible(charlie, now + 60 * MINUTE) == set()
    assert open_hanako(charlie, now + MINUTE) == opening, "asked again, the one that stands"
    again = open_hanako(charlie, now + 61 * MINUTE)
    assert again != opening
    # Only for who opened it, and only for doors that ask for it.
    bob = hospital_of(cast.bob, now=now)
    assert bob is not None
    assert visible(bob, now) == set()
    with acting_in(scope_for(cast.charlie, now=now)):
        assert Patient.objects.count() == 0


def test_it_is_ended_earlier(cast: Cast, charlie: HospitalStaff, now: datetime) -> None:
    opening = open_hanako(charlie, now)
    with acting_in(scope_for_opened(charlie, now=now + MINUTE)):
        assert breaking_glass.standing(user=cast.charlie, now=now + MINUTE) == [opening]
        breaking_glass.end(opening=opening, now=now + MINUTE, by=cast.charlie)
        breaking_glass.end(opening=opening, now=now + 2 * MINUTE, by=cast.charlie)
    assert visible(charlie, now + MINUTE) == set()
    assert len(audit_records(action="patients.breakglass_ended")) == 1


def test_it_stands_above_care_and_consent(
    cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    """Taro does not consent; an emergency shows what is stored, to read."""
    breaking_glass.open_record(identity=TARO, reason=REASON, now=now, by=charlie)
    assert visible(charlie, now) == {"鈴木"}


def test_somebody_whose_employment_ended_opens_nothing(
    cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    open_hanako(charlie, now)
    charlie.period = DateTimeTZRange(charlie.period.lower, now)
    charlie.save()
    assert hospital_of(cast.charlie, now=now) is None, "so that no door makes a scope"


def test_whom_one_may_see_anyway_needs_no_glass(cast: Cast, now: datetime) -> None:
    alice = hospital_of(cast.alice, now=now)
    assert alice is not None
    with pytest.raises(InYourCare) as own:
        breaking_glass.open_record(identity=HANAKO, reason=REASON, now=now, by=alice)
    assert own.value.patient_id == cast.hanako.pk
    with acting_in(Scope.system("test")):
        assert BreakGlass.objects.count() == 0


@pytest.mark.parametrize(
    "identity",
    [
        Identity(family_name="佐", given_name="花子", birth_date=BORN),
        Identity(family_name="佐藤", given_name="花子", birth_date=BORN + timedelta(days=1)),
        Identity(hospital_code="kita", patient_number="K-"),
        Identity(hospital_code="minami", patient_number="K-77"),
    ],
)
def test_what_is_not_exact_finds_nobody_and_is_recorded(
    identity: Identity, cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    with acting_in(Scope.system("test")):
        CareRelationship.objects.update(hospital_patient_number="K-77")
    with pytest.raises(NotOpened, match="nobody"):
        breaking_glass.open_record(identity=identity, reason=REASON, now=now, by=charlie)
    [miss] = audit_records(action="patients.breakglass_missed")
    assert miss.actor_id == str(cast.charlie.pk)
    assert miss.details == {"asked_by": identity.kind}


def test_a_hospitals_number_finds_its_patient(
    cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    with acting_in(Scope.system("test")):
        CareRelationship.objects.filter(patient=cast.hanako).update(hospital_patient_number="K-77")
    # Full-width digits are what a Japanese keyboard writes.
    by_number = Identity(hospital_code="kita", patient_number="Ｋ-７７")
    opening = breaking_glass.open_record(identity=by_number, reason=REASON, now=now, by=charlie)
    assert opening.patient_id == cast.hanako.pk


def test_two_of_a_name_are_not_guessed_between(
    cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    with acting_in(Scope.system("test")):
        PatientFactory(family_name="佐藤", given_name="花子")
    with pytest.raises(NotOpened, match="several"):
        open_hanako(charlie, now)


@pytest.mark.parametrize("reason", ["", "urgent", "  a  b  c  d  e  "])
def test_no_reason_no_record(
    reason: str, cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    with pytest.raises(NotOpened, match="reason"):
        breaking_glass.open_record(identity=HANAKO, reason=reason, now=now, by=charlie)
    with pytest.raises(NotOpened, match="identity"):
        breaking_glass.open_record(
            identity=Identity(family_name="佐藤"), reason=REASON, now=now, by=charlie
        )


def test_guessing_ends_after_some_misses(cast: Cast, charlie: HospitalStaff, now: datetime) -> None:
    wrong = Identity(family_name="誰", given_name="も", birth_date=BORN)
    for _ in range(MISSES):
        with pytest.raises(NotOpened, match="nobody"):
            breaking_glass.open_record(identity=wrong, reason=REASON, now=now, by=charlie)
    with pytest.raises(NotOpened, match="misses"):
        open_hanako(charlie, now)
    assert open_hanako(charlie, now + timedelta(hours=1))


def test_the_caring_hospital_and_the_clinicians_own_are_told(
    cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    open_hanako(charlie, now)
    with acting_in(Scope.system("test")):
        told = Notice.objects.filter(kind=NoticeKind.BREAK_GLASS)
        assert {n.hospital_id for n in told} == {cast.kita.pk, cast.minami.pk}
        assert {n.reason for n in told} == {REASON}
    bob, alice = hospital_of(cast.bob, now=now), hospital_of(cast.alice, now=now)
    assert bob is not None
    assert alice is not None
    with acting_in(scope_for(cast.bob, now=now)):
        [(notice, patient)] = noticing.latest(by=bob)
        assert (notice.about, patient) == (cast.charlie, cast.hanako)
        assert (noticing.waiting(by=bob), noticing.waiting(by=alice)) == (1, 0)
        with pytest.raises(noticing.NotLead):
            noticing.look_at(notice_id=notice.pk, now=now, by=alice)
        noticing.look_at(notice_id=notice.pk, now=now, by=bob)
        assert noticing.waiting(by=bob) == 0
    with acting_in(scope_for(cast.charlie, now=now)):
        [(notice, patient)] = noticing.latest(by=charlie)
        assert patient is None, "no name of whom one may not see"
        with pytest.raises(Notice.DoesNotExist):
            noticing.look_at(notice_id=0, now=now, by=bob)


def test_a_notice_of_another_hospital_is_absent(
    cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    open_hanako(charlie, now)
    for scope in (scope_for(cast.member, now=now), scope_for_opened(charlie, now=now)):
        with acting_in(scope):
            assert Notice.objects.count() == 0
    with acting_in(scope_for(cast.alice, now=now)):
        assert {n.hospital_id for n in Notice.objects.all()} == {cast.kita.pk}


def test_the_database_refuses_openings_without_end_or_reason(
    cast: Cast, charlie: HospitalStaff, now: datetime
) -> None:
    row = {"user": cast.charlie, "hospital": cast.minami, "patient": cast.hanako}
    long, short = DateTimeTZRange(now, now + 61 * MINUTE), DateTimeTZRange(now, now + MINUTE)
    with acting_in(Scope.system("test")):
        for period, reason, name in (
            (long, REASON, "an_hour"),
            (DateTimeTZRange(now, None), REASON, "an_hour"),
            (short, "because", "has_a_reason"),
        ):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                BreakGlass.objects.create(**row, period=period, reason=reason)
        BreakGlass.objects.create(**row, period=short, reason=REASON)
        with pytest.raises(IntegrityError, match="one_opening"), transaction.atomic():
            BreakGlass.objects.create(**row, period=short, reason=REASON)


def test_it_covers_no_other_row(cast: Cast, charlie: HospitalStaff, now: datetime) -> None:
    open_hanako(charlie, now)
    with acting_in(scope_for_opened(charlie, now=now)):
        assert {c.patient_id for c in Consent.objects.all()} == {cast.hanako.pk}
        assert {c.patient_id for c in CareRelationship.objects.all()} == {cast.hanako.pk}
