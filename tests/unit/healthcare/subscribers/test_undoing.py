from collections.abc import Callable

import pytest

from healthcare.audit.actors import command
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.models import Hospital
from healthcare.patients import caring, consenting
from healthcare.patients.models import Patient, Purpose
from healthcare.subscribers.models import Contract, ImportBatch, ImportChange, Line
from healthcare.subscribers.queries import contract_of
from healthcare.subscribers.undoing import CannotRollBack, Kept, RolledBack, roll_back
from tests.factories import HospitalFactory, ImportBatchFactory, UserFactory
from tests.unit.healthcare.subscribers.conftest import NOW, TakeIn, ended, lines, outcomes, row

BY = command("tests")


def undo(batch: ImportBatch, *, dry_run: bool = False) -> RolledBack:
    return roll_back(batch=batch, dry_run=dry_run, now=NOW, by=BY)


def state() -> tuple[object, ...]:
    return (
        lines(),
        ended(),
        list(Patient.objects.order_by("pk").values()),
        list(Contract.objects.order_by("pk").values()),
        list(Line.objects.order_by("pk").values()),
    )


def patient(subscriber: str) -> Patient:
    return contract_of(operator_code="demo", operator_subscriber_id=subscriber).patient


def test_an_untouched_batch_leaves_nothing(take_in: TakeIn) -> None:
    batch = take_in([row("S1", "2020-04-01", "1"), row("S2", "2024-04-01", "1")])
    assert undo(batch) == RolledBack(removed=2, restored=0)
    assert not Contract.objects.exists()
    assert not Line.objects.exists()
    assert not Patient.objects.exists()
    assert AuditRecord.objects.filter(action="subscribers.roll_back").count() == 1


def test_everything_a_batch_changed_is_put_back(take_in: TakeIn) -> None:
    take_in(
        [
            row("S1", "2020-04-01", "1", tariff="a", family_name="山田", birth_date="1950-01-01"),
            row("S2", "2020-04-01", "2", tariff="a", family_name="佐藤", birth_date=""),
            row("S3", "2020-04-01", "3", tariff="a", family_name="鈴木", birth_date=""),
            row("S4", "2020-04-01", "4", tariff="a", family_name="高橋", birth_date=""),
        ]
    )
    before = state()
    batch = take_in(
        [
            row("S1", "2020-04-01", "1", tariff="b", family_name="山野", birth_date=""),
            row("S2", "2020-04-01", "9", tariff="a", family_name="佐藤", birth_date=""),
            row("S5", "2024-04-01", "3", tariff="a", family_name="新人", birth_date=""),
            row("S4", "2025-04-01", "5", tariff="a", family_name="二代", birth_date=""),
        ]
    )
    assert outcomes(batch) == {"created": 2, "updated": 2}
    assert state() != before
    assert undo(batch) == RolledBack(removed=2, restored=2)
    assert state() == before
    assert not ImportChange.objects.exists()


def test_lines_that_lasted_no_day_are_put_back_too(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    take_in([row("S1", "2020-04-01", "2")])
    before = lines()
    batch = take_in([row("S1", "2020-04-01", "3")])
    assert lines() != before
    undo(batch)
    assert lines() == before


def test_a_dry_run_says_the_same_and_changes_nothing(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    batch = take_in([row("S2", "2024-04-01", "1"), row("S3", "2024-04-01", "3")])
    consenting.give(patient=patient("S3"), purposes=[Purpose.CARE], since=NOW, now=NOW, by=BY)
    before = state()
    said = undo(batch, dry_run=True)
    assert state() == before
    assert undo(batch) == said
    assert said.removed == 1


def _consent(subscriber: str) -> None:
    person = patient(subscriber)
    consenting.give(patient=person, purposes=[Purpose.CARE], since=NOW, now=NOW, by=BY)


def _care(subscriber: str) -> None:
    hospital: Hospital = HospitalFactory()
    caring.begin(patient=patient(subscriber), hospital=hospital, since=NOW, now=NOW, by=BY)


def _log_in(subscriber: str) -> None:
    Patient.objects.filter(pk=patient(subscriber).pk).update(user=UserFactory())


@pytest.mark.parametrize(
    ("build", "reason"),
    [(_consent, "consents"), (_care, "care relationships"), (_log_in, "log-in")],
)
def test_people_on_whom_something_is_built_stay(
    take_in: TakeIn, build: Callable[[str], None], reason: str
) -> None:
    batch = take_in([row("S1", "2020-04-01", "1"), row("S2", "2020-04-01", "2")])
    build("S1")
    answer = undo(batch)
    assert answer.removed == 1
    assert [kept.operator_subscriber_id for kept in answer.kept] == ["S1"]
    assert reason in answer.kept[0].reason
    assert lines() == {("S1", "1", "2020-04-01", None)}


def test_a_change_of_hands_is_undone_whole_or_not_at_all(take_in: TakeIn) -> None:
    batch = take_in([row("S1", "2020-04-01", "1"), row("S2", "2024-04-01", "1")])
    before = lines()
    _consent("S1")
    answer = undo(batch)
    assert answer.removed == 0
    assert [kept.operator_subscriber_id for kept in answer.kept] == ["S1", "S2"]
    assert lines() == before


def test_a_later_batch_is_undone_first(take_in: TakeIn) -> None:
    first = take_in([row("S1", "2020-04-01", "1", tariff="a")])
    second = take_in([row("S1", "2020-04-01", "1", tariff="b")])
    said = f"Batch {second.pk} changed it since: roll that back first."
    assert undo(first).kept == [Kept("S1", said)]
    undo(second)
    assert undo(first).removed == 1


def test_a_number_given_to_somebody_else_since_stays_there(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    moved = take_in([row("S1", "2020-04-01", "2")])
    take_in([row("S0", "2015-04-01", "1")])
    before = lines()
    answer = undo(moved)
    assert answer.kept == [Kept("S1", "Its former number belongs to another contract by now.")]
    assert lines() == before


def test_what_cannot_be_rolled_back_says_why(take_in: TakeIn) -> None:
    dry = take_in([row("S1", "2020-04-01", "1")], dry_run=True)
    with pytest.raises(CannotRollBack, match="dry run"):
        undo(dry)
    with pytest.raises(CannotRollBack, match="waiting"):
        undo(ImportBatchFactory())
    batch = take_in([row("S1", "2020-04-01", "1")])
    undo(batch)
    with pytest.raises(CannotRollBack, match="was rolled back on 2026-11-23"):
        undo(batch)


def test_a_file_can_be_sent_again_after_its_roll_back(take_in: TakeIn) -> None:
    rows = [row("S1", "2020-04-01", "1")]
    undo(take_in(rows))
    assert outcomes(take_in(rows)) == {"created": 1}
