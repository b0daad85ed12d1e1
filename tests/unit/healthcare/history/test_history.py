"""What rows said before: kept by the database, for good, behind both walls."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from devices.models import Device, DeviceCredential
from healthcare.accounts.models import PersonalToken, User
from healthcare.audit.models import AuditRecord
from healthcare.history.queries import changes_of_person
from healthcare.history.tracking import histories, history_of
from healthcare.hospitals.scope import Scope, ScopedManager, ScopeMissing, acting_in
from healthcare.patients import consenting
from healthcare.patients.access import scope_for
from healthcare.patients.models import Consent, Patient, Purpose
from healthcare.subscribers.models import Line
from reports import goals
from reports.models import PatientGoal
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def kept(model: type[models.Model]) -> Any:
    """The manager of a model's history."""
    history = history_of(model)
    assert history is not None
    return history._default_manager


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def two_goals(cast: Cast) -> PatientGoal:
    """Hanako's goal of 130/80, replaced a day later."""
    set_ = []
    for systolic, diastolic, now in ((130, 80, NOW), (125, 75, LATER)):
        with acting_in(scope_for(cast.alice, now=timezone.now())):
            set_.append(
                goals.set_goal(
                    patient=cast.hanako,
                    systolic=systolic,
                    diastolic=diastolic,
                    now=now,
                    by=cast.alice,
                )
            )
    return set_[0]


def test_the_former_goal_is_seen_by_who_sees_the_goal(cast: Cast) -> None:
    first = two_goals(cast)
    seen = {}
    for user in (cast.alice, cast.bob, cast.member, cast.charlie, cast.olga, cast.sam, cast.ada):
        with acting_in(scope_for(user, now=timezone.now())):
            rows = list(kept(PatientGoal).filter(pgh_obj=first))
            past_the_manager = kept(PatientGoal).model._base_manager.count()
        assert len(rows) == past_the_manager
        seen[user.username] = [(row.systolic, row.period.upper) for row in rows]
    was = [(130, None)]  # open until the next goal ended it
    assert seen.pop("alice") == seen.pop("bob") == seen.pop("hanako") == was
    assert set(map(tuple, seen.values())) == {()}


def test_outside_a_scope_there_is_no_history(cast: Cast) -> None:
    two_goals(cast)
    with pytest.raises(ScopeMissing):
        kept(PatientGoal).count()
    assert kept(PatientGoal).model._base_manager.count() == 0


def test_a_withdrawn_consent_still_shows_the_period_that_it_had(cast: Cast) -> None:
    with acting_in(Scope.people(frozenset({cast.hanako.pk}))):
        before = Consent.objects.get(purpose=Purpose.CARE)
        consenting.withdraw(
            patient=cast.hanako,
            purposes=[Purpose.CARE],
            now=timezone.now(),
            by=cast.member.actor,
        )
        (old,) = before.history.all()
    for field in Consent._meta.concrete_fields:
        assert getattr(old, field.attname) == getattr(before, field.attname), field.name
    assert (old.period.upper, old.withdrawn_by) == (None, "")
    # Whoever lost sight of the person by it sees nothing of the past either.
    with acting_in(scope_for(cast.alice, now=timezone.now())):
        assert not kept(Consent).exists()


def test_an_operator_sees_the_history_of_its_own_lines_only(cast: Cast) -> None:
    with acting_in(Scope.system("a test")):
        for line in Line.objects.all():
            Line.objects.filter(pk=line.pk).update(number=f"+8190000000{line.pk % 90 + 10}")
    for operator, seen in ((cast.demo, 2), (cast.other_operator, 0)):
        with acting_in(Scope.operator(operator.pk)):
            assert kept(Line).count() == kept(Line).model._base_manager.count() == seen


CHANGES: dict[str, Callable[[Any], object]] = {
    "raw SQL": lambda p: run("UPDATE patients_patient SET email = 'x' WHERE id = %s", p.pk),
    "one row": lambda p: (setattr(p, "email", "x"), p.save()),
    "in bulk": lambda p: Patient.objects.all().update(email="x"),
    "with the triggers switched off, as their library offers": lambda p: run(
        "SELECT set_config('pgtrigger.ignore', array[tgname]::text, true) FROM pg_trigger"
        " WHERE tgname LIKE 'pgtrigger_update_patient_%';"
        "UPDATE patients_patient SET email = 'x'"
    ),
}


@pytest.mark.parametrize("how", CHANGES)
def test_every_way_of_changing_a_row_is_recorded(cast: Cast, how: str) -> None:
    with acting_in(Scope.people(frozenset({cast.hanako.pk}))):
        email = cast.hanako.email
        CHANGES[how](cast.hanako)
        (old,) = kept(Patient).filter(pgh_obj=cast.hanako)
        assert (old.email, old.pgh_label, old.family_name) == (email, "update", "佐藤")


def test_a_statement_that_changes_nothing_leaves_nothing(cast: Cast) -> None:
    with acting_in(Scope.people(frozenset({cast.hanako.pk}))):
        run("UPDATE patients_patient SET email = email")
        assert not kept(Patient).exists()


def test_a_new_row_leaves_nothing(cast: Cast) -> None:
    with acting_in(Scope.system("a test")):
        assert {history._meta.label for history in histories() if kept_rows(history)} == set()


def kept_rows(history: Any) -> int:
    return int(history._default_manager.count())


def test_a_roll_back_takes_the_record_with_the_change(cast: Cast) -> None:
    with acting_in(Scope.people(frozenset({cast.hanako.pk}))):
        with transaction.atomic():
            Patient.objects.update(email="x")
            assert kept(Patient).exists()
            transaction.set_rollback(True)
        assert not kept(Patient).exists()


@pytest.mark.parametrize("history", [h._meta.db_table for h in histories()])
def test_nobody_changes_the_past(cast: Cast, history: str) -> None:
    for scope in (
        Scope.people(frozenset({cast.hanako.pk})),
        Scope.hospital(cast.kita.pk, now=timezone.now()),
        Scope.system("a test"),
        Scope.ingest(),
    ):
        with acting_in(scope):
            for sql in ("DELETE FROM {}", "UPDATE {} SET pgh_label = 'x'", "TRUNCATE {}"):
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                    run(sql.format(history))


def test_the_owner_s_changes_are_recorded_as_well(cast: Cast) -> None:
    with transaction.atomic():
        with connection.as_owner():
            run("UPDATE accounts_user SET first_name = 'Alicia' WHERE username = 'alice'")
        with acting_in(Scope.system("a test")):
            assert kept(User).get().first_name == cast.alice.first_name


def test_secrets_and_what_changes_by_itself_are_not_kept(cast: Cast) -> None:
    now = timezone.now()
    for model, secret in ((User, "password"), (PersonalToken, "hash"), (DeviceCredential, "hash")):
        assert secret not in {field.name for field in kept(model).model._meta.fields}
    User.objects.filter(pk=cast.alice.pk).update(last_login=now, password="!")
    with acting_in(Scope.system("a test")):
        assert not kept(User).exists()


def test_what_is_nobody_s_in_particular_is_read_by_commands_only(cast: Cast) -> None:
    device = Device.objects.create(kind="sleep", serial="S1", registered_at=NOW)
    Device.objects.filter(pk=device.pk).update(retired_at=LATER)
    with acting_in(scope_for(cast.alice, now=timezone.now())):
        assert not kept(Device).exists()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            kept(Device).model._base_manager.count()
    with acting_in(Scope.system("a test")):
        assert kept(Device).get().retired_at is None


def test_a_history_narrows_as_its_model_does() -> None:
    for history in histories():
        declared, own = history.pgh_tracked_model._default_manager, history._default_manager
        assert isinstance(own, ScopedManager)
        if isinstance(declared, ScopedManager):
            names = ("health", "operator", "hospital", "clinic")
            assert [getattr(own, n) for n in names] == [getattr(declared, n) for n in names]
        else:
            assert own.patient is None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_change_says_who_made_it(cast: Cast) -> None:
    """In transactions of their own: what joins a change to its audit record is the transaction."""
    two_goals(cast)
    with acting_in(Scope.people(frozenset({cast.hanako.pk}))):
        consenting.withdraw(
            patient=cast.hanako, purposes=[Purpose.CARE], now=LATER, by=cast.member.actor
        )
    with acting_in(Scope.system("a test")):
        run("UPDATE patients_patient SET email = 'x' WHERE id = %s", cast.hanako.pk)
    with acting_in(Scope.system("a test")):
        changes = changes_of_person(cast.hanako.pk)
        assert AuditRecord.objects.filter(transaction=None).count() == 0
    told = [(change.model, change.was, sorted(change.fields), change.by) for change in changes]
    alice, member = cast.alice.pk, cast.member.pk
    assert told == [
        ("reports.PatientGoal", "updated", ["period"], (f"user:{alice} alice (reports.goal_set)",)),
        (
            "patients.Consent",
            "updated",
            ["period", "withdrawn_by"],
            (f"user:{member} hanako (patients.consent_withdrawn)",),
        ),
        ("patients.Patient", "updated", ["email"], ()),
    ]
    assert changes[1].fields["withdrawn_by"] == ("", f"user:{member}")


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("history", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_it_in_words_and_in_json(cast: Cast) -> None:
    first = two_goals(cast)
    words = command("--patient", str(cast.hanako.pk))
    assert f"reports.PatientGoal {first.pk} updated by user:{cast.alice.pk} alice" in words
    assert (
        'period: "[2026-11-20T17:00:00+09:00, )" -> '
        '"[2026-11-20T17:00:00+09:00, 2026-11-21T17:00:00+09:00)"' in words
    )
    (line,) = command("--patient", str(cast.hanako.pk), "--json").splitlines()
    said = json.loads(line)
    assert (said["model"], said["id"], said["was"]) == ("reports.PatientGoal", first.pk, "updated")
    assert said["fields"]["period"]["from"] == "[2026-11-20T17:00:00+09:00, )"
    assert command("--patient", str(cast.taro.pk)) == "Nothing was changed.\n"


def test_the_command_follows_a_row_through_several_changes_to_its_end(cast: Cast) -> None:
    device = Device.objects.create(kind="sleep", serial="S1", registered_at=NOW, model="a")
    for model in ("b", "c"):
        Device.objects.filter(pk=device.pk).update(model=model)
    pk = device.pk
    device.delete()
    lines = command("--of", "devices.Device", "--id", str(pk), "--json").splitlines()
    steps = [json.loads(line) for line in lines]
    assert [(step["was"], step["fields"]["model"]) for step in steps] == [
        ("updated", {"from": "a", "to": "b"}),
        ("updated", {"from": "b", "to": "c"}),
        ("deleted", {"from": "c", "to": None}),
    ]


def test_lines_of_a_deleted_contract_are_still_found(cast: Cast) -> None:
    with acting_in(Scope.system("a test")):
        contract = cast.hanako.contracts.get()
        number = contract.lines.get().number
        contract.lines.all().delete()
        contract.delete()
        found = [c for c in changes_of_person(cast.hanako.pk) if c.model == "subscribers.Line"]
    assert [(change.was, change.fields["number"][0]) for change in found] == [("deleted", number)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--of", "reports.Report"),
        ("--of", "nonsense"),
        ("--of", "no.Such"),
        ("--patient", "1", "--id", "1"),
    ],
)
def test_the_command_refuses_what_it_cannot_answer(db: None, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"--of|--id"):
        command(*arguments)


def test_many_rows_are_compared_in_sets_although_the_plan_was_made_for_one(db: None) -> None:
    """Each trigger of an UPDATE keeps its plan for the session, and must not loop over rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, proconfig FROM pg_trigger"
            " JOIN pg_proc p ON p.oid = tgfoid WHERE tgname LIKE 'pgtrigger_update_%'"
        )
        found = dict(cursor.fetchall())
    kept = {h.pgh_tracked_model._meta.db_table for h in histories()}
    assert set(found) == kept
    assert all("enable_nestloop=off" in (settings or ()) for settings in found.values())
