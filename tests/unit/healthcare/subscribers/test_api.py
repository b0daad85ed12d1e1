"""`/api/v1/imports`: who may, what it answers, and that a lost message loses no file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from healthcare.accounts.models import User
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers import tasks
from healthcare.subscribers.loading.progress import Progress
from healthcare.subscribers.models import Contract, ImportBatch, State
from healthcare.subscribers.noticeboard import Noticeboard
from tests.cast import Cast
from tests.factories import ImportBatchFactory
from tests.looking import everybody

pytestmark = pytest.mark.urls("tests.unit.healthcare.subscribers.urls")

NONE = dict.fromkeys(("created", "updated", "unchanged", "duplicate", "held", "rejected"), 0)
FILE = b"operator_subscriber_id,activated_on,msisdn\nS1,2020-04-01,09011110001\nS2,x,09011110002\n"


@pytest.fixture
def rung(settings: Any, tmp_path: Path, monkeypatch: Any) -> list[int]:
    """Batches for which the bell was rung; nobody works on them until the test does."""
    settings.VAR_DIR = tmp_path
    batches: list[int] = []
    monkeypatch.setattr(tasks.run_import, "delay", batches.append)
    return batches


@pytest.fixture
def olgas(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


def upload(client: Client, content: bytes = FILE, **fields: str) -> Any:
    file = SimpleUploadedFile("base.csv", content, content_type="text/csv")
    return client.post("/api/v1/imports", {"file": file, **fields})


def post(client: Client, number: int, order: str, body: str = "{}") -> Any:
    return client.post(f"/api/v1/imports/{number}/{order}", body, content_type="application/json")


def approve(client: Client, number: int) -> None:
    answer = post(client, number, "approve", '{"words": "load 1 rows"}')
    assert (answer.status_code, answer.json()["state"]) == (200, "approved"), answer.content


@pytest.fixture
def uploaded(
    olgas: Client, rung: list[int], django_capture_on_commit_callbacks: Any
) -> dict[str, Any]:
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(olgas)
    assert answer.status_code == 202, answer.content
    return dict(answer.json())


def test_an_upload_waits_and_rings(uploaded: dict[str, Any], rung: list[int]) -> None:
    assert rung == [uploaded["id"]]
    assert (uploaded["state"], uploaded["approval"]) == ("waiting", None)
    assert uploaded["file_name"] == "base.csv"
    assert uploaded["progress"] == {"rows": 0, "bytes": 0, "at": None}


def test_the_task_takes_it_in_and_deletes_the_file(
    uploaded: dict[str, Any],
    olgas: Client,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert len(list(tmp_path.rglob("*.csv"))) == 1
    for _ in range(2):
        tasks.run_import(uploaded["id"])
    proposed = olgas.get(f"/api/v1/imports/{uploaded['id']}").json()
    assert (proposed["state"], proposed["rows"], proposed["created"]) == ("proposed", 2, 0)
    assert proposed["proposal"] == {**NONE, "created": 1, "rejected": 1}
    assert proposed["approval"] == {"words": "load 1 rows", "needed": 1, "given": 0}
    with acting_in(Scope.system("test")):
        assert not Contract.objects.filter(operator_subscriber_id="S1").exists()
    approve(olgas, uploaded["id"])
    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_import(uploaded["id"])
        tasks.run_import(uploaded["id"])
    assert not list(tmp_path.rglob("*.*"))
    answer = olgas.get(f"/api/v1/imports/{uploaded['id']}").json()
    assert answer["state"] == "done"
    assert (answer["rows"], answer["created"], answer["rejected"]) == (2, 1, 1)
    rejects = olgas.get(f"/api/v1/imports/{uploaded['id']}/rejects")
    assert rejects["Content-Type"] == "text/csv; charset=utf-8"
    assert b"3,rejected,activated_on,not_a_date" in b"".join(rejects)


def test_a_file_refused_in_the_middle_says_so_in_its_batch(
    olgas: Client, rung: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        number = upload(olgas, FILE + b'"S3,').json()["id"]
        tasks.run_import(number)
    answer = olgas.get(f"/api/v1/imports/{number}").json()
    assert answer["state"] == "refused"
    assert "Line 4" in answer["refusal"]
    assert answer["rows"] == 0
    with acting_in(Scope.system("test")):
        assert not Contract.objects.filter(operator_subscriber_id="S1").exists()


@pytest.mark.parametrize(
    ("content", "fields", "field"),
    [
        (b"a;b\n", {}, "file"),
        (FILE, {"mapping": "fancy"}, "mapping"),
        (FILE, {"encoding": "ebcdic"}, "encoding"),
        (b"", {}, "file"),
    ],
)
def test_what_cannot_be_read_is_refused_at_the_door(
    olgas: Client, rung: list[int], content: bytes, fields: dict[str, str], field: str
) -> None:
    answer = upload(olgas, content, **fields)
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field
    assert rung == []
    with everybody():
        assert not ImportBatch.objects.exists()


def test_no_file_at_all(olgas: Client, rung: list[int]) -> None:
    answer = olgas.post("/api/v1/imports", {})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "file"
    assert olgas.post("/api/v1/imports", "{", content_type="application/json").status_code == 415


def test_the_list_pages_by_cursor(olgas: Client, cast: Cast) -> None:
    with everybody():
        batches = [ImportBatchFactory(operator=cast.demo).pk for _ in range(3)]
    first = olgas.get("/api/v1/imports?page_size=2").json()
    assert [each["id"] for each in first["results"]] == batches[:0:-1]
    second = olgas.get(first["next"]).json()
    assert [each["id"] for each in second["results"]] == batches[:1]
    assert second["next"] is None


def test_roll_back_over_http(
    uploaded: dict[str, Any], olgas: Client, django_capture_on_commit_callbacks: Any
) -> None:
    address = f"/api/v1/imports/{uploaded['id']}/rollback"
    too_early = olgas.post(address, "{}", content_type="application/json")
    assert too_early.status_code == 409
    tasks.run_import(uploaded["id"])
    assert olgas.post(address, "{}", content_type="application/json").status_code == 409
    approve(olgas, uploaded["id"])
    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_import(uploaded["id"])
    said = {"removed": 1, "restored": 0, "kept": [], "notes": []}
    dry = olgas.post(address, '{"dry_run": true}', content_type="application/json")
    assert dry.json() == said
    assert olgas.post(address, "{}", content_type="application/json").json() == said
    with acting_in(Scope.system("test")):
        assert not Contract.objects.filter(operator_subscriber_id="S1").exists()


@pytest.mark.parametrize("name", ["alice", "member", "sam"])
def test_only_operators_staff_come_in(client: Client, cast: Cast, name: str) -> None:
    client.force_login(getattr(cast, name))
    with everybody():
        number = ImportBatchFactory(operator=cast.demo).pk
    for path in ("", f"/{number}", f"/{number}/rejects"):
        assert client.get(f"/api/v1/imports{path}").status_code == 403
    assert upload(client).status_code == 403
    for order in ("approve", "pause", "resume", "cancel", "rollback"):
        assert post(client, number, order).status_code == 403


def test_nobody_comes_in_without_signing_in(client: Client, db: None) -> None:
    assert client.get("/api/v1/imports").status_code in {401, 403}


def test_batches_of_another_operator_do_not_exist(client: Client, oscar: User, cast: Cast) -> None:
    with everybody():
        number = ImportBatchFactory(operator=cast.demo).pk
    client.force_login(oscar)
    assert client.get("/api/v1/imports").json()["results"] == []
    for path in (f"/{number}", f"/{number}/rejects"):
        foreign = client.get(f"/api/v1/imports{path}")
        absent = client.get(f"/api/v1/imports{path.replace(str(number), '999999')}")
        assert foreign.status_code == absent.status_code == 404
        assert foreign.json() == absent.json()
    for order in ("approve", "pause", "resume", "cancel", "rollback"):
        assert post(client, number, order, '{"words": "load 0 rows"}').status_code == 404


def test_the_sweep_rings_for_what_waits_too_long(
    db: None, rung: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with everybody():
        waiting = ImportBatchFactory()
        left = ImportBatchFactory(state=State.LOADING)
        for state in (State.PROPOSED, State.PAUSED, State.CANCELLED, State.DONE):
            ImportBatchFactory(state=state)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
    assert sorted(rung) == [waiting.pk, left.pk]


@pytest.fixture
def committed(db: None) -> Iterator[int]:
    """A batch that is committed, as it is when a worker begins; taken out again afterwards."""
    other = connection.copy()
    try:
        with other.as_owner(), other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO subscribers_importbatch (operator_id, mapping, encoding, file_name,"
                " sha256, size, dry_run, transfer_basis, state, refusal, started_at, actor, rows,"
                " created, updated, unchanged, duplicate, held, rejected, left_out, source,"
                " columns, chunks, chunks_done)"
                " SELECT id, 'standard', '', 'f', '', 200, false, 'law', 'waiting', '', now(), 'x',"
                " 0, 0, 0, 0, 0, 0, 0, 0, '', '[]', 0, 0 FROM subscribers_operator"
                " WHERE code = 'demo' RETURNING id"
            )
            (number,) = cursor.fetchone()
            cursor.execute(
                "INSERT INTO subscribers_importprogress (batch_id, rows, bytes, asked)"
                " VALUES (%s, 0, 0, '')",
                [number],
            )
            yield number
            cursor.execute("DELETE FROM subscribers_importprogress WHERE batch_id = %s", [number])
            cursor.execute("DELETE FROM subscribers_importbatch WHERE id = %s", [number])
    finally:
        other.close()


def test_progress_is_seen_while_the_import_still_runs(committed: int, olgas: Client) -> None:
    with Noticeboard(committed) as noticeboard, acting_in(Scope.system("test")):
        # The worker holds its batch until the end of its transaction.
        other = connection.copy()
        with other.as_owner(), other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT FROM subscribers_importbatch WHERE id = %s FOR UPDATE", [committed]
            )
            noticeboard(Progress(rows=4_000, bytes=100, size=200))
            noticeboard(Progress(rows=8_000, bytes=200, size=200))
        other.close()
    answer = olgas.get(f"/api/v1/imports/{committed}").json()
    assert answer["state"] == "running"
    # The second came too soon after the first.
    assert answer["progress"]["rows"] == 4_000
