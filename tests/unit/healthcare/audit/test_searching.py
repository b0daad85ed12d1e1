"""Two tables read as one list: everything once, newest first, by person, patient, time, action."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from healthcare.accounts import auditing
from healthcare.audit import recording, searching
from healthcare.audit.actors import Actor, command
from healthcare.audit.models import AccessEvent, AuditRecord
from healthcare.audit.searching import BadCursor, Place, Question
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from tests.cast import Cast
from tests.looking import audit_records

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
ALICE, BOB = Actor("user", id="1", name="alice"), Actor("user", id="2", name="bob")
NIGHTLY = command("nightly")


def did(at: datetime, *, by: Actor = ALICE, action: str = "reports.request", who: int = 7) -> None:
    recording.record(
        action=action, subject_type="report", subject_id=3, patient_id=who, at=at, by=by
    )


def saw(at: datetime, *, by: Actor = ALICE, what: str = "clinic.patient", who: int = 7) -> None:
    recording.seen(patient_ids=[who], what=what, why="care", address="10.0.0.1", at=at, by=by)


@pytest.fixture
def log(db: None) -> Iterator[None]:
    """Twelve moments; in each something is done and something is seen, by turns by two people."""
    for n in range(12):
        at, by = NOW - timedelta(hours=n // 3), (ALICE, BOB)[n % 2]
        did(at, by=by, who=7 + n % 3)
        saw(at, by=by, who=7 + n % 3)
    with acting_in(Scope.audit()):
        yield


def walk(question: Question, limit: int) -> list[tuple[str, int]]:
    """Every page, one after the other, through the text of the cursor."""
    entries, after = [], None
    while True:
        page = searching.search(question, after=after, limit=limit)
        assert len(page.entries) <= limit
        entries += page.entries
        if page.next is None:
            order = [(-e.at.timestamp(), e.source, -e.id) for e in entries]
            assert order == sorted(order)
            return [(e.source, e.id) for e in entries]
        after = Place.read(str(page.next))


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 24, 100])
def test_pages_hold_everything_once(limit: int, log: None) -> None:
    found = walk(Question(), limit)
    assert sorted(found) == sorted(
        [("did", pk) for pk in AuditRecord.objects.values_list("pk", flat=True)]
        + [("saw", pk) for pk in AccessEvent.objects.values_list("pk", flat=True)]
    )


@pytest.mark.parametrize(
    ("question", "count"),
    [
        (Question(actor=ALICE), 12),
        (Question(patient_id=7), 8),
        (Question(actor=BOB, patient_id=7), 4),
        (Question(since=NOW - timedelta(hours=1)), 12),
        (Question(until=NOW - timedelta(hours=1)), 12),
        (Question(since=NOW - timedelta(hours=2), until=NOW - timedelta(hours=1)), 6),
        (Question(action="reports."), 12),
        (Question(action="clinic.patient"), 12),
        (Question(sources=("saw",)), 12),
        (Question(actor=Actor("user", id="3")), 0),
        # The same id of another kind of actor is somebody else.
        (Question(actor=Actor("device", id="1")), 0),
    ],
)
def test_a_question_finds_what_it_asks(question: Question, count: int, log: None) -> None:
    assert len(walk(question, 5)) == count


def test_a_name_without_a_user_is_a_command_or_a_task(log: None) -> None:
    did(NOW, by=NIGHTLY)
    found = auditing.search(person="nightly", now=NOW, by=NIGHTLY)
    assert [e.actor for e in found.entries] == [NIGHTLY]


@pytest.mark.parametrize("text", ["", "x", "2026-11-25~did~1", "2026-11-25T00:00:00Z~said~1", "~~"])
def test_a_cursor_that_no_answer_gave_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        Place.read(text)


def test_a_search_is_recorded_itself(cast: Cast) -> None:
    with acting_in(Scope.audit()):
        auditing.search(
            person="alice", patient_id=cast.hanako.pk, action="clinic.", now=NOW, by=cast.ada.actor
        )
    (left,) = audit_records(action="audit.search")
    assert (left.actor_name, left.patient_id) == ("ada", cast.hanako.pk)
    assert (left.subject_type, left.subject_id) == ("user", str(cast.alice.pk))
    assert left.details == {"asked": ["person", "patient", "action"], "further": False, "found": 0}


@pytest.mark.parametrize("table", [AuditRecord, AccessEvent])
def test_the_log_is_read_in_its_own_scope_only(table: Any, cast: Cast) -> None:
    did(NOW, who=cast.taro.pk)
    saw(NOW, who=cast.taro.pk)
    own = Scope.people(frozenset({cast.hanako.pk}))
    foreign = Scope.hospital(cast.minami.pk, now=NOW)
    for scope in (Scope.nobody(), own, foreign, Scope.operator(cast.demo.pk)):
        with acting_in(scope):
            assert not table.objects.exists()
    assert not table.objects.exists()
    with acting_in(Scope.audit()):
        assert table.objects.exists()


@pytest.mark.parametrize("table", ["audit_auditrecord", "audit_accessevent"])
@pytest.mark.parametrize("change", ["UPDATE {} SET what = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_changes_the_log(change: str, table: str, cast: Cast) -> None:
    for scope in (Scope.audit(), Scope.system("a test")):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_in(scope),
            connection.cursor() as cursor,
        ):
            cursor.execute(change.format(table).replace("what", "actor_name"))


def test_who_searches_the_log_reaches_nobody(cast: Cast) -> None:
    with acting_in(Scope.audit()):
        assert not Patient.objects.exists()


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command("audit_log", *arguments, stdout=out)
    return json.loads(out.getvalue()) if "--json" in arguments else out.getvalue()


def test_the_command_pages_through_the_log(cast: Cast) -> None:
    for n in range(3):
        saw(NOW - timedelta(days=n), by=cast.alice.actor, who=cast.hanako.pk)
    asked = ["--person", "alice", "--patient", str(cast.hanako.pk), "--json", "--limit", "2"]
    first = run(*asked)
    second = run(*asked, "--after", first["next"])
    entries = first["entries"] + second["entries"]
    assert [e["at"] for e in entries] == [(NOW - timedelta(days=n)).isoformat() for n in range(3)]
    assert second["next"] is None
    assert entries[0]["actor"] == {"kind": "user", "id": str(cast.alice.pk), "name": "alice"}
    assert (entries[0]["what"], entries[0]["why"]) == ("clinic.patient", "care")
    assert len(audit_records(action="audit.search", actor_name="audit_log")) == 2


def test_the_command_takes_days_and_times(cast: Cast) -> None:
    saw(NOW, by=cast.alice.actor)
    for ends, count in (
        (["--from", "2026-11-25"], 1),
        (["--from", "2026-11-25T12:00"], 1),
        (["--from", "2026-11-25T12:00:01"], 0),
        (["--to", "2026-11-25T03:00:01+00:00"], 1),
        (["--to", "2026-11-25"], 0),
    ):
        assert len(run("--only", "saw", "--json", *ends)["entries"]) == count, ends


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--from", "yesterday"], "--from 'yesterday': write 2026-11-01"),
        (["--from", "2026-11-02", "--to", "2026-11-01"], "--to lies before --from"),
        (["--after", "x"], "--after: This is no cursor"),
        (["--limit", "501"], "--limit: 1 to 500"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], says: str, db: None) -> None:
    with pytest.raises(CommandError, match=says):
        run(*arguments)


def test_an_administrator_can_be_made(db: None) -> None:
    out = io.StringIO()
    call_command("create_user", "--username", "root", "--role", "admin", "--json", stdout=out)
    assert json.loads(out.getvalue())["role"] == "admin"
