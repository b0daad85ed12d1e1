"""The people and places of the ground floor, made for tests. Other rooms add factories of their
own beside their tests.

Models with people's data need a scope in force: use these inside `acting_in(...)`, as the
fixtures of `tests/cast.py` do.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from healthcare.accounts.models import HospitalStaff, Role, User
from healthcare.hospitals.models import Hospital, Ward
from healthcare.patients.models import CareRelationship, Consent, Panel, Patient, Purpose, Watcher
from healthcare.subscribers.models import (
    Contract,
    ImportBatch,
    ImportProgress,
    Line,
    Mapping,
    Operator,
    OperatorStaff,
)

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "a long password for tests"


class HospitalFactory(factory.django.DjangoModelFactory[Hospital]):
    class Meta:
        model = Hospital
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"hospital-{n}")
    name = factory.LazyAttribute(lambda o: f"{o.code.title()} Hospital")


class WardFactory(factory.django.DjangoModelFactory[Ward]):
    class Meta:
        model = Ward

    hospital = factory.SubFactory(HospitalFactory)
    code = factory.Sequence(lambda n: f"ward-{n}")
    name = factory.LazyAttribute(lambda o: o.code.title())


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user-{n}")
    role = Role.MEMBER

    @factory.post_generation
    def password(self: User, create: bool, extracted: str | None, **kwargs: Any) -> None:
        """No usable password unless the test names one: hashing is slow on purpose."""
        if extracted:
            self.set_password(extracted)
        else:
            self.set_unusable_password()
        self.save()


class HospitalStaffFactory(factory.django.DjangoModelFactory[HospitalStaff]):
    class Meta:
        model = HospitalStaff

    user = factory.SubFactory(UserFactory, role=Role.CLINICIAN)
    hospital = factory.SubFactory(HospitalFactory)
    period = DateTimeTZRange(BEGINNING, None)


class OperatorFactory(factory.django.DjangoModelFactory[Operator]):
    class Meta:
        model = Operator
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"operator-{n}")
    name = factory.LazyAttribute(lambda o: f"{o.code.title()} Telecom")
    merchant = "Mimamori"
    transfer_basis = "entrusted processing, for tests"


class OperatorStaffFactory(factory.django.DjangoModelFactory[OperatorStaff]):
    class Meta:
        model = OperatorStaff

    user = factory.SubFactory(UserFactory, role=Role.OPERATOR)
    operator = factory.SubFactory(OperatorFactory)


class PatientFactory(factory.django.DjangoModelFactory[Patient]):
    class Meta:
        model = Patient

    family_name = factory.Sequence(lambda n: f"山田{n}")
    given_name = "花子"
    family_name_kana = "ヤマダ"
    given_name_kana = "ハナコ"
    birth_date = date(1958, 4, 9)
    sex = "female"
    invited_at = BEGINNING


class ContractFactory(factory.django.DjangoModelFactory[Contract]):
    class Meta:
        model = Contract

    operator = factory.SubFactory(OperatorFactory, code="demo")
    operator_subscriber_id = factory.Sequence(lambda n: f"C{n:06}")
    activated_on = date(2020, 4, 1)
    patient = factory.SubFactory(PatientFactory)


class LineFactory(factory.django.DjangoModelFactory[Line]):
    class Meta:
        model = Line

    contract = factory.SubFactory(ContractFactory)
    number = factory.Sequence(lambda n: f"+8190{10_000_000 + n}")
    period = factory.LazyAttribute(lambda o: DateRange(o.contract.activated_on, None))


class ConsentFactory(factory.django.DjangoModelFactory[Consent]):
    class Meta:
        model = Consent

    patient = factory.SubFactory(PatientFactory)
    purpose = Purpose.CARE
    period = DateTimeTZRange(BEGINNING, None)
    given_by = "command:tests"


class CareRelationshipFactory(factory.django.DjangoModelFactory[CareRelationship]):
    class Meta:
        model = CareRelationship

    patient = factory.SubFactory(PatientFactory)
    hospital = factory.SubFactory(HospitalFactory)
    period = DateTimeTZRange(BEGINNING, None)


class WatcherFactory(factory.django.DjangoModelFactory[Watcher]):
    class Meta:
        model = Watcher

    patient = factory.SubFactory(PatientFactory)
    user = factory.SubFactory(UserFactory)
    invited_at = BEGINNING
    expires_at = BEGINNING + timedelta(days=7)
    accepted_at = BEGINNING
    period = DateTimeTZRange(BEGINNING, None)
    code_hash = factory.Sequence(lambda n: n.to_bytes(32, "big"))


class PanelFactory(factory.django.DjangoModelFactory[Panel]):
    class Meta:
        model = Panel

    hospital = factory.SubFactory(HospitalFactory)
    name = factory.Sequence(lambda n: f"Panel {n}")
    created_at = BEGINNING


class ImportProgressFactory(factory.django.DjangoModelFactory[ImportProgress]):
    class Meta:
        model = ImportProgress


class MappingFactory(factory.django.DjangoModelFactory[Mapping]):
    class Meta:
        model = Mapping

    operator = factory.SubFactory(OperatorFactory, code="demo")
    name = "crm"
    version = 1
    definition = factory.LazyFunction(
        lambda: {
            "columns": {
                "operator_subscriber_id": {"from": "契約番号"},
                "activated_on": {"from": "契約日", "dates": ["era", "compact"], "full_width": True},
                "msisdn": {"from": "電話番号"},
                "sex": {"from": "性別", "words": {"男": "male", "女": "female"}},
                "language": {"constant": "ja"},
            },
            "ignored": ["備考"],
            "trailer": {"mark": "T"},
        }
    )
    saved_at = BEGINNING
    actor = "command:tests"


class ImportBatchFactory(factory.django.DjangoModelFactory[ImportBatch]):
    class Meta:
        model = ImportBatch
        skip_postgeneration_save = True

    operator = factory.SubFactory(OperatorFactory, code="demo")
    progress = factory.RelatedFactory("tests.factories.ImportProgressFactory", "batch")
    file_name = "subscribers.csv"
    sha256 = "0" * 64
    size = 0
    transfer_basis = "entrusted processing, for tests"
    started_at = BEGINNING
    actor = "command:tests"
