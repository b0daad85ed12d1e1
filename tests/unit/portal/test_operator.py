"""Operators: a file taken in, its rejects, a month billed and its charge file."""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.subscribers import leading, tasks
from healthcare.subscribers.models import ImportBatch, ImportProgress, State
from packages.models import BillingRun, RunState
from tests.cast import Cast
from tests.factories import OperatorStaffFactory
from tests.looking import everybody
from tests.unit.portal.conftest import Day, SignIn

SYSTEM = Scope.system("test")
HEADER = "operator_subscriber_id,activated_on,msisdn,family_name\n"
ROWS = """N1,2025-04-01,09012345678,青木
N2,2025-13-01,09012345679,=1+1
N1,2025-04-01,09012345678,青木
"""


Upload = Callable[..., str]


@pytest.fixture
def upload(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> Upload:
    """Send a file. The worker is at hand: what is rung for is done before the next page."""
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)

    def work(batch_id: int) -> None:
        with acting_in(SYSTEM):
            while leading.step(batch_id=batch_id, now=timezone.now(), by=command("tests")):
                pass

    monkeypatch.setattr(tasks.run_import, "delay", work)

    def send(client: Client, content: str, encoding: str = "utf-8", **more: object) -> str:
        file = SimpleUploadedFile("base.csv", content.encode(encoding))
        posted = {"file": file, "encoding": encoding, **more}
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse("portal:operator:upload"), posted)
        return (client.get(answer["Location"]) if answer.status_code == 302 else answer).text

    return send


def say(client: Client, batch_id: int, order: str, **posted: str) -> str:
    url = reverse(f"portal:operator:{order}", args=[batch_id])
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post(url, posted)
    return client.get(reverse("portal:operator:batch", args=[batch_id])).text


def people() -> int:
    with acting_in(SYSTEM):
        return Patient.objects.count()


def test_a_file_is_tried_taken_in_and_its_rejects_fetched(
    cast: Cast, sign_in: SignIn, upload: Upload
) -> None:
    client = sign_in(cast.olga)
    before = people()
    proposed = upload(client, HEADER + ROWS, encoding="cp932")
    assert "Nothing is changed yet" in proposed
    assert "The six outcomes add up to 3 rows" in proposed
    assert "To load it, write: load 1 rows" in proposed
    assert people() == before
    with everybody():
        batch = ImportBatch.objects.get()
    wrong = say(client, batch.pk, "approve", words="yes")
    assert "Write exactly: load 1 rows" in wrong
    assert people() == before
    done = say(client, batch.pk, "approve", words="load 1 rows")
    assert "There is no day 2025-13-01" in done
    assert "Approve it in words" not in done
    assert people() == before + 1
    with everybody():
        batch.refresh_from_db()
    assert (batch.created, batch.duplicate, batch.rejected) == (1, 1, 1)
    answer = client.get(reverse("portal:operator:rejects", args=[batch.pk]))
    rejects = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv")
    assert rejects.splitlines()[0].startswith("line,outcome,field,code,text")
    assert ",'=1+1" in rejects, "a formula must not run in a spreadsheet"


def manifest(content: str, **declared: Any) -> SimpleUploadedFile:
    """What an operator declares of a file of three rows with a header."""
    said = {
        "manifest": 1,
        "sequence": 3,
        "extracted_at": "2026-01-01T00:00:00Z",
        "transfer_basis": "article 5",
        "file": {"sha256": hashlib.sha256(content.encode()).hexdigest(), "rows": 3},
        **declared,
    }
    return SimpleUploadedFile("base.json", json.dumps(said).encode())


def test_a_file_with_its_manifest_is_reconciled(
    cast: Cast, sign_in: SignIn, upload: Upload
) -> None:
    client, content = sign_in(cast.olga), HEADER + ROWS
    assert "extracted_at" in upload(client, content, manifest=manifest(content, extracted_at="now"))
    assert "is of another file" in upload(client, content, manifest=manifest(content + "\n"))
    upload(client, content, manifest=manifest(content))
    with everybody():
        batch = ImportBatch.objects.get()
    url = reverse("portal:operator:reconciliation", args=[batch.pk])
    proposed = client.get(url).text
    assert "what would become of it" in proposed
    assert "Every figure that was declared is accounted for" in proposed
    lines = reverse("portal:operator:outcomes", args=[batch.pk])
    assert lines not in proposed
    say(client, batch.pk, "approve", words="load 1 rows")
    done = client.get(url).text
    assert "article 5" in done
    assert lines in done
    answer = client.get(lines)
    assert answer.text.splitlines()[1:] == ["2,created,,", "3,rejected,activated_on,not_a_date",
                                            "4,duplicate,,"]  # fmt: skip


def test_a_large_file_takes_two_people(
    cast: Cast, sign_in: SignIn, upload: Upload, settings: Any
) -> None:
    settings.IMPORT_SECOND_APPROVAL = 1
    client = sign_in(cast.olga)
    assert "two people have to approve it" in upload(client, HEADER + ROWS)
    with everybody():
        batch = ImportBatch.objects.get()
    assert "A second person has to" in say(client, batch.pk, "approve", words="load 1 rows")
    again = say(client, batch.pk, "approve", words="load 1 rows")
    assert "You approved this file already" in again
    assert "olga approved it" in again
    with everybody():
        second = OperatorStaffFactory(operator=cast.demo).user
    say(sign_in(second), batch.pk, "approve", words="load 1 rows")
    with everybody():
        batch.refresh_from_db()
    assert (batch.state, batch.created) == (State.DONE, 1)


def test_a_proposal_is_discarded(cast: Cast, sign_in: SignIn, upload: Upload) -> None:
    client, before = sign_in(cast.olga), people()
    upload(client, HEADER + ROWS)
    with everybody():
        batch = ImportBatch.objects.get()
    assert "2 rows were left out" in say(client, batch.pk, "cancel")
    assert "there is nothing to approve" in say(client, batch.pk, "approve", words="load 1 rows")
    assert people() == before


@pytest.mark.parametrize(
    ("state", "asked", "seen", "unseen"),
    [
        ("loading", "", "Pause", "Go on"),
        ("loading", "pause", "It halts before its next part", "Pause</button>"),
        ("paused", "pause", "Go on", "Pause</button>"),
        ("loading", "cancel", "It is left before its next part", "Leave the rest"),
    ],
)
def test_a_load_shows_how_far_it_is_and_what_can_be_asked(
    cast: Cast, day: Day, sign_in: SignIn, state: str, asked: str, seen: str, unseen: str
) -> None:
    with everybody():
        found = ImportBatch.objects.filter(pk=day.batch)
        found.update(state=state, finished_at=None, chunks=4, chunks_done=1)
        found.get().progress.delete()
        ImportProgress.objects.create(batch=found.get(), asked=asked)
    shown = sign_in(cast.olga).get(reverse("portal:operator:batch", args=[day.batch])).text
    assert "1 of 4 parts, 2 rows" in shown
    assert seen in shown
    assert unseen not in shown


def test_a_file_that_cannot_be_read_says_where_and_what_to_do(
    cast: Cast, sign_in: SignIn, upload: Upload
) -> None:
    shown = upload(sign_in(cast.olga), "colour,name\nred,x\n")
    assert "Line 1" in shown
    with everybody():
        assert not ImportBatch.objects.exists()


def test_a_file_that_waits_refreshes_by_itself(cast: Cast, day: Day, sign_in: SignIn) -> None:
    with everybody():
        ImportBatch.objects.filter(pk=day.batch).update(state="waiting", finished_at=None)
    shown = sign_in(cast.olga).get(reverse("portal:operator:batch", args=[day.batch]))
    assert 'http-equiv="refresh"' in shown.content.decode()


def bill(client: Client, month: str, **more: str) -> str:
    url = reverse("portal:operator:start-billing")
    return client.post(url, {"month": month, **more}, follow=True).content.decode()


@pytest.mark.parametrize("month", ["", "2026-13", "26-1", "next month", "2999-01"])
def test_a_month_that_cannot_be_billed_is_named(month: str, cast: Cast, sign_in: SignIn) -> None:
    shown = bill(sign_in(cast.olga), month)
    assert 'role="alert"' in shown
    with everybody():
        assert not BillingRun.objects.exists()


def test_a_month_is_tried_drafted_committed_and_charged(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.olga)
    month = f"{day.today:%Y-%m}"
    tried = bill(client, month, dry_run="on")
    assert "nothing was kept" in tried
    assert "¥980" in tried
    drafted = bill(client, month)
    assert "Commit 1 documents" in drafted
    with everybody():
        run = BillingRun.objects.get()
    done = client.post(reverse("portal:operator:commit", args=[run.pk]), follow=True)
    assert "numbered and issued" in done.content.decode()
    again = client.post(reverse("portal:operator:commit", args=[run.pk]), follow=True)
    assert "Only a finished draft" in again.content.decode()
    url = reverse("portal:operator:charges", args=[run.pk])
    files = [client.post(url).content for _ in range(2)]
    assert files[0] == files[1]
    assert b"HANAKO" in files[0]
    assert "佐藤".encode() not in files[0]


def test_charges_wait_for_the_commitment(cast: Cast, day: Day, sign_in: SignIn) -> None:
    with everybody():
        BillingRun.objects.update(state=RunState.DRAFTED)
    url = reverse("portal:operator:charges", args=[day.run])
    assert sign_in(cast.olga).post(url).status_code == 404
