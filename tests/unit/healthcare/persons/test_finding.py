"""Whom a search finds, after an import and among everybody."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from healthcare.audit.actors import command
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.persons import finding
from healthcare.persons.candidates import pairs_with
from healthcare.persons.comparing.blocking import keys
from healthcare.persons.models import Resemblance, Search
from healthcare.persons.tasks import sweep
from healthcare.subscribers.models import Operator
from healthcare.subscribers.undoing import roll_back
from tests.factories import (
    ContractFactory,
    ImportBatchFactory,
    LineFactory,
    OperatorFactory,
    PatientFactory,
)
from tests.unit.healthcare.persons.test_comparing import ANYBODY

BY = command("tests")
HANAKO = {"family_name": "齋藤", "given_name": "花子", "family_name_kana": "サイトウ"}


def person(operator: str, batch: Any = None, **fields: Any) -> Patient:
    """Somebody with a contract of this operator."""
    patient = PatientFactory(**{**HANAKO, "postcode": "100-0001", **fields})
    contract = ContractFactory(
        operator=OperatorFactory(code=operator), patient=patient, imported_in=batch
    )
    LineFactory(contract=contract)
    return patient


@pytest.fixture
def batch(system: Scope) -> Any:
    return ImportBatchFactory(
        operator=Operator.objects.get(code="demo"), state="done", finished_at=timezone.now()
    )


def test_a_finished_import_is_compared_once(batch: Any, system: Scope) -> None:
    there = person("other-telecom", family_name="斎藤")
    came = person("demo", batch)
    person("demo", batch, given_name="月子", given_name_kana="ツキコ")
    sweep()
    pair = Resemblance.objects.get()
    assert (pair.earlier, pair.later, pair.band) == (there, came, "same")
    assert pair.score == pytest.approx(sum(step["weight"] for step in pair.explanation))
    search = Search.objects.get(batch=batch)
    assert (search.compared, search.found, search.finished_at is not None) == (2, 1, True)
    assert AuditRecord.objects.filter(action="persons.searched").count() == 1
    person("demo", batch)
    sweep()
    assert Resemblance.objects.count() == 1


def test_within_one_operator_the_contract_decides(batch: Any, system: Scope) -> None:
    person("demo")
    person("demo", batch)
    assert finding.look_for(patient_ids=list(_ids()), now=timezone.now()) == finding.Found(0, 0)


def test_who_came_without_a_contract_is_found(batch: Any, system: Scope) -> None:
    PatientFactory(**HANAKO)
    came = person("demo", batch)
    assert finding.look_for(patient_ids=[came.pk], now=timezone.now()).found == 1


def test_a_pair_that_was_decided_is_never_found_again(batch: Any, system: Scope) -> None:
    person("other-telecom")
    came = person("demo", batch)
    finding.look_for(patient_ids=[came.pk], now=timezone.now())
    now = timezone.now()
    Resemblance.objects.update(state="not_the_same", decided_at=now, decided_by="x")
    assert finding.look_for(patient_ids=list(_ids()), now=now) == finding.Found(0, 0)
    assert Resemblance.objects.get().state == "not_the_same"


def test_a_guess_goes_with_an_import_that_is_rolled_back(batch: Any, system: Scope) -> None:
    person("other-telecom")
    came = person("demo", batch)
    finding.look_for(patient_ids=[came.pk], now=timezone.now())
    answer = roll_back(batch=batch, now=timezone.now(), by=BY)
    assert (answer.removed, answer.kept) == (1, [])
    assert not Patient.objects.filter(pk=came.pk).exists()
    assert Resemblance.objects.count() == 0


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(one=ANYBODY, other=ANYBODY)
def test_postgresql_makes_the_pairs_that_the_keys_make(system: Scope, one: Any, other: Any) -> None:
    texts = ("family_name", "given_name", "family_name_kana", "given_name_kana", "postcode")
    with transaction.atomic():
        for known in (one, other):
            PatientFactory(
                birth_date=known.birth_date,
                sex=known.sex,
                **{name: getattr(known, name) for name in texts},
            )
        found = pairs_with(_ids())
        transaction.set_rollback(True)
    assert len(found) == bool(set(keys(one)) & set(keys(other)))


@pytest.mark.django_db
def test_the_command_counts(cast: Any) -> None:
    with acting_in(Scope.system("a test")):
        batch = ImportBatchFactory(operator=cast.demo, state="done", finished_at=timezone.now())
        person("other-telecom", birth_date=date(1950, 2, 3))
        person("demo", batch, birth_date=date(1950, 2, 3))
    for arguments in (["--batch", str(batch.pk)], []):
        out = StringIO()
        call_command("match_persons", *arguments, "--json", stdout=out, stderr=StringIO())
        said = json.loads(out.getvalue())
        assert said["found"] == (1 if arguments else 0)
    with acting_in(Scope.system("a test")):
        assert Resemblance.objects.count() == 1


def _ids() -> list[int]:
    return list(Patient.objects.values_list("pk", flat=True))
