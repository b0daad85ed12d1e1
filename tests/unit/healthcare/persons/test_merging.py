"""Joining two records and taking them apart: what moves, what refuses, and that nothing is left."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthcare.accounts.models import Role
from healthcare.audit.actors import command
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.persons import merging
from healthcare.persons.merging import MergeRefused
from healthcare.persons.models import Merge, Resemblance
from healthcare.subscribers import looking_up
from healthcare.subscribers.models import Contract, ImportChange, Line
from healthcare.subscribers.undoing import roll_back
from tests.factories import (
    ConsentFactory,
    ContractFactory,
    ImportBatchFactory,
    LineFactory,
    OperatorFactory,
    PatientFactory,
    UserFactory,
)

BY = command("tests")
WHY = "the same person, asked by telephone"
TABLES = ("patients_patient", "subscribers_contract", "subscribers_line", "persons_resemblance")


def record_of(operator: str, contracts: int = 1, **fields: Any) -> Patient:
    patient = PatientFactory(**{"family_name": "佐藤", "birth_date": None, **fields})
    for _ in range(contracts):
        LineFactory(contract=ContractFactory(operator=OperatorFactory(code=operator),
                                             patient=patient))  # fmt: skip
    return patient


def pair_of(one: Patient, other: Patient) -> Resemblance:
    earlier, later = sorted((one, other), key=lambda patient: patient.pk)
    return Resemblance.objects.create(
        earlier=earlier,
        later=later,
        score=30.0,
        band="same",
        explanation=[],
        found_at=timezone.now(),
    )


@pytest.fixture
def pair(system: Scope) -> Resemblance:
    return pair_of(record_of("other-telecom"), record_of("demo", contracts=2))


def merge(pair: Resemblance) -> Merge:
    return merging.merge(resemblance_id=pair.pk, reason=WHY, now=timezone.now(), by=BY)


def unmerge(joined: Merge) -> Merge:
    return merging.unmerge(merge_id=joined.pk, reason=WHY, now=timezone.now(), by=BY)


def everything() -> dict[str, list[Any]]:
    """Every row of the tables that a merge touches."""
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY id")
            found[table] = cursor.fetchall()
        return found


def test_contracts_move_and_the_other_record_opens_nothing(pair: Resemblance) -> None:
    joined = merge(pair)
    assert (joined.survivor, joined.replaced) == (pair.earlier, pair.later)
    assert Contract.objects.filter(patient=pair.earlier).count() == 3
    assert Line.objects.filter(contract__patient=pair.earlier).count() == 3
    replaced = Patient.objects.get(pk=pair.later_id)
    assert (replaced.replaced_by, replaced.user) == (pair.earlier, None)
    assert not replaced.contracts.exists()
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("merged", str(BY))
    logged = AuditRecord.objects.filter(action="persons.merged").values_list("patient_id")
    assert {pk for (pk,) in logged} == {pair.earlier_id, pair.later_id}


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    contracts=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    consents=st.sampled_from([(False, False), (True, False), (False, True)]),
)
def test_taken_apart_everything_is_as_it_was(
    system: Scope, contracts: tuple[int, int], consents: tuple[bool, bool]
) -> None:
    people = [
        record_of(operator, contracts=number)
        for operator, number in zip(("other-telecom", "demo"), contracts, strict=True)
    ]
    for person, consent in zip(people, consents, strict=True):
        if consent:
            ConsentFactory(patient=person)
    pair = pair_of(*people)
    before = everything()
    joined = merge(pair)
    assert everything() != before
    unmerge(joined)
    assert everything() == before


def test_the_record_in_use_survives(system: Scope) -> None:
    one, other = record_of("other-telecom"), record_of("demo")
    other.user = UserFactory(role=Role.MEMBER)
    other.save()
    joined = merge(pair_of(one, other))
    assert (joined.survivor, joined.replaced, joined.stood) == (other, one, ["log-in"])


def test_two_records_in_use_are_not_joined(pair: Resemblance) -> None:
    ConsentFactory(patient=pair.earlier)
    later = pair.later
    later.user = UserFactory(role=Role.MEMBER)
    later.save()
    before = everything()
    with pytest.raises(MergeRefused, match=r"The first has consents; the second has a log-in\."):
        merge(pair)
    assert everything() == before
    assert "consents" in merging.in_the_way(pair)


def test_a_decision_is_made_once(pair: Resemblance) -> None:
    merging.not_the_same(resemblance_id=pair.pk, now=timezone.now(), by=BY)
    with pytest.raises(MergeRefused, match="decided"):
        merge(pair)
    with pytest.raises(MergeRefused, match="15 letters"):
        merging.merge(resemblance_id=pair.pk, reason="same", now=timezone.now(), by=BY)


def test_joined_records_are_not_said_to_be_two(pair: Resemblance) -> None:
    merge(pair)
    with pytest.raises(MergeRefused, match="joined"):
        merging.not_the_same(resemblance_id=pair.pk, now=timezone.now(), by=BY)


def test_a_replaced_record_is_found_by_no_name(pair: Resemblance) -> None:
    Patient.objects.update(given_name="花子", family_name="佐藤", birth_date=date(1958, 4, 9))
    sought = looking_up.Sought(family_name="佐藤", given_name="花子", birth_date=date(1958, 4, 9))
    merge(pair)
    found = looking_up.look_up(
        sought=sought,
        reason=looking_up.Reason.OTHER,
        now=timezone.now(),
        by=UserFactory(role=Role.SUPPORT),
    )
    assert found == pair.earlier


def test_chains_come_apart_from_the_end(pair: Resemblance) -> None:
    first = merge(pair)
    third = record_of("third-telecom", user=UserFactory(role=Role.MEMBER))
    second = merge(pair_of(pair.earlier, third))
    assert second.survivor == third
    with pytest.raises(MergeRefused, match="joined with another since"):
        unmerge(first)
    with pytest.raises(MergeRefused, match="joined with another record"):
        merge(pair_of(pair.later, third))
    unmerge(second)
    unmerge(first)
    with pytest.raises(MergeRefused, match="apart already"):
        unmerge(first)


def test_what_was_built_since_keeps_them_together(pair: Resemblance) -> None:
    joined = merge(pair)
    consent = ConsentFactory(patient=pair.earlier)
    with pytest.raises(MergeRefused, match="got consents"):
        unmerge(joined)
    consent.delete()
    batch = ImportBatchFactory(
        operator=OperatorFactory(code="demo"),
        state="done",
        started_at=timezone.now() + timedelta(seconds=1),
        finished_at=timezone.now() + timedelta(seconds=2),
    )
    change = ImportChange.objects.create(
        batch=batch,
        cause=joined.contract_ids[0],
        contract=joined.contract_ids[0],
        record="patient",
        record_id=pair.earlier_id,
        before={},
    )
    with pytest.raises(MergeRefused, match=f"Import {batch.pk} changed"):
        unmerge(joined)
    change.delete()
    Contract.objects.filter(pk=joined.contract_ids[0]).update(patient=record_of("demo"))
    with pytest.raises(MergeRefused, match="no longer there"):
        unmerge(joined)


def test_an_import_whose_people_were_joined_is_not_rolled_back(system: Scope) -> None:
    batch = ImportBatchFactory(
        operator=OperatorFactory(code="demo"), state="done", finished_at=timezone.now()
    )
    later = PatientFactory()
    one = record_of("other-telecom")
    contract = ContractFactory(
        operator=OperatorFactory(code="demo"), patient=later, imported_in=batch
    )
    joined = merge(pair_of(one, later))
    answer = roll_back(batch=batch, now=timezone.now(), by=BY)
    assert [kept.operator_subscriber_id for kept in answer.kept] == [
        contract.operator_subscriber_id
    ]
    unmerge(joined)
    assert Contract.objects.get(pk=contract.pk).patient == later


@pytest.fixture
def committed(transactional_db: None) -> Resemblance:
    with acting_in(Scope.system("a test")):
        pair = pair_of(record_of("other-telecom"), record_of("demo"))
    return pair


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_merges_at_once_one_is_done(committed: Resemblance) -> None:
    start = threading.Barrier(2)
    said: list[str] = []

    def at_once() -> None:
        try:
            start.wait()
            with acting_in(Scope.system("a test")):
                merge(committed)
            said.append("joined")
        except MergeRefused as refused:
            said.append(str(refused))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=at_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["Somebody decided this pair already.", "joined"]
    with acting_in(Scope.system("a test")):
        assert Merge.objects.count() == 1
        assert Contract.objects.filter(patient=committed.earlier).count() == 2
