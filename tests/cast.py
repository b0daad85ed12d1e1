"""The cast. Alice may; Bob from the same hospital may; Charlie from another hospital may not.

    Alice, Bob    clinicians of hospital Kita; Bob is a lead there
    Charlie       clinician of hospital Minami
    Dora          was a clinician of Kita, whose employment has ended
    Hanako        patient in the care of Kita who consents; signs in as member `hanako`
    Taro          patient in the care of Kita who does not consent
    Olga          on the staff of operator `demo`, whose subscribers Hanako and Taro are
    Oscar         on the staff of another operator
    Sam           support desk
    Wataru        of Hanako's family, whom she lets watch along; no member himself
    Ada           platform administrator

Each is a fixture of that name (lower case); `cast` is all of them at once. Users have no password:
tests sign them in with `client.force_login`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.accounts.models import Role, User
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient, Purpose
from healthcare.subscribers.models import Operator
from tests.factories import (
    BEGINNING,
    CareRelationshipFactory,
    ConsentFactory,
    ContractFactory,
    HospitalFactory,
    HospitalStaffFactory,
    LineFactory,
    OperatorFactory,
    OperatorStaffFactory,
    PatientFactory,
    UserFactory,
    WatcherFactory,
)

ENDED = BEGINNING + timedelta(days=31)


@dataclass(frozen=True)
class Cast:
    """Everybody of the cast, and where they belong."""

    kita: Hospital
    minami: Hospital
    demo: Operator
    other_operator: Operator
    alice: User
    bob: User
    charlie: User
    dora: User
    member: User
    wataru: User
    olga: User
    oscar: User
    sam: User
    ada: User
    hanako: Patient
    taro: Patient


def _patient(
    operator: Operator, kita: Hospital, *, subscriber_id: str, **fields: object
) -> Patient:
    patient = PatientFactory(**fields)
    contract = ContractFactory(
        operator=operator, operator_subscriber_id=subscriber_id, patient=patient
    )
    LineFactory(contract=contract)
    CareRelationshipFactory(patient=patient, hospital=kita)
    return patient


@pytest.fixture
def cast(db: None) -> Cast:
    """The whole cast, in the database."""
    kita = HospitalFactory(code="kita", name="Kita Hospital", name_ja="北病院")
    minami = HospitalFactory(code="minami", name="Minami Hospital", name_ja="南病院")
    demo = OperatorFactory(code="demo")
    other = OperatorFactory(code="other-telecom")
    member = UserFactory(username="hanako", role=Role.MEMBER)
    wataru = UserFactory(username="wataru", role=Role.MEMBER)
    with acting_in(Scope.system("the cast of a test")):
        hanako = _patient(
            demo, kita, subscriber_id="HANAKO", family_name="佐藤", given_name="花子", user=member
        )
        taro = _patient(
            demo, kita, subscriber_id="TARO", family_name="鈴木", given_name="太郎", sex="male"
        )
        for purpose in (Purpose.CARE, Purpose.HOSPITAL_REPORT):
            ConsentFactory(patient=hanako, purpose=purpose)
        WatcherFactory(patient=hanako, user=wataru)
    return Cast(
        kita=kita,
        minami=minami,
        demo=demo,
        other_operator=other,
        alice=HospitalStaffFactory(user__username="alice", hospital=kita).user,
        bob=HospitalStaffFactory(user__username="bob", hospital=kita, is_lead=True).user,
        charlie=HospitalStaffFactory(user__username="charlie", hospital=minami).user,
        dora=HospitalStaffFactory(
            user__username="dora", hospital=kita, period=DateTimeTZRange(BEGINNING, ENDED)
        ).user,
        member=member,
        wataru=wataru,
        olga=OperatorStaffFactory(user__username="olga", operator=demo).user,
        oscar=OperatorStaffFactory(user__username="oscar", operator=other).user,
        sam=UserFactory(username="sam", role=Role.SUPPORT),
        ada=UserFactory(username="ada", role=Role.ADMIN),
        hanako=hanako,
        taro=taro,
    )


@pytest.fixture
def alice(cast: Cast) -> User:
    return cast.alice


@pytest.fixture
def bob(cast: Cast) -> User:
    return cast.bob


@pytest.fixture
def charlie(cast: Cast) -> User:
    return cast.charlie


@pytest.fixture
def dora(cast: Cast) -> User:
    return cast.dora


@pytest.fixture
def wataru(cast: Cast) -> User:
    return cast.wataru


@pytest.fixture
def ada(cast: Cast) -> User:
    return cast.ada


@pytest.fixture
def member(cast: Cast) -> User:
    return cast.member


@pytest.fixture
def olga(cast: Cast) -> User:
    return cast.olga


@pytest.fixture
def oscar(cast: Cast) -> User:
    return cast.oscar


@pytest.fixture
def sam(cast: Cast) -> User:
    return cast.sam


@pytest.fixture
def hanako(cast: Cast) -> Patient:
    return cast.hanako


@pytest.fixture
def taro(cast: Cast) -> Patient:
    return cast.taro


@pytest.fixture
def system(db: None) -> Iterator[Scope]:
    """Everybody's data, for tests of actions, which expect their door to have opened a scope."""
    with acting_in(Scope.system("a test")) as scope:
        yield scope
