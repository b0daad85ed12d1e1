"""A file beside its manifest: what is refused, and where every row and yen of the source is."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope
from healthcare.subscribers import approving, importing, leading, sequences
from healthcare.subscribers.loading import chunks, manifests, outcomes, reconciling
from healthcare.subscribers.loading.refusing import FileRefused, ManifestRefused
from healthcare.subscribers.models import ImportBatch, ImportProgress, Operator, State
from healthcare.subscribers.undoing import roll_back
from tests.unit.healthcare.subscribers.conftest import NOW, Rows, row, written

pytestmark = pytest.mark.django_db
BY = command("tests")
ROWS: Rows = [
    row("S1", "2020-04-01", "1", tariff="S", price_override="300"),
    row("S2", "2020-04-01", "2", tariff="M", price_override=""),
    row("S2", "2020-04-01", "2", tariff="M", price_override=""),
    row("S3", "2020-04-01", "3", tariff="M", price_override="500"),
    row("S4", "2020-04-01", "3", tariff="M", price_override="40"),
    row("S5", "2020-13-01", "5", tariff="S", price_override="7"),
    row("S6", "2020-04-01", "6", tariff="", price_override="0"),
]
COUNTS = {"tariff": {"S": 2, "M": 4, "": 1}}
TOTALS = {"price_override": 847}
Propose = Callable[..., ImportBatch]


@pytest.fixture
def propose(demo: Operator, system: Scope, tmp_path: Path) -> Propose:
    """A file of these rows, with a manifest that declares it rightly but for what is said."""

    def _propose(rows: Rows = ROWS, sequence: int = 1, **declared: Any) -> ImportBatch:
        path = written(tmp_path / f"{len(list(tmp_path.iterdir()))}.csv", rows)
        file = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows": len(rows)}
        manifest = {
            "manifest": 1,
            "sequence": sequence,
            "extracted_at": "2026-11-22T21:00:00+09:00",
            "transfer_basis": "entrustment contract, article 5",
            "file": file,
            **declared,
        }
        return importing.propose(
            path=path,
            operator=demo,
            manifest=manifests.read(json.dumps(manifest).encode()),
            now=NOW,
            by=BY,
        )

    return _propose


def loaded(batch: ImportBatch) -> ImportBatch:
    approving.approve_by_command(batch=batch, now=NOW, by=BY)
    while leading.step(batch_id=batch.pk, now=NOW, by=BY):
        pass
    batch.refresh_from_db()
    return batch


def sheet(batch: ImportBatch) -> dict[str, dict[str, int]]:
    """Line by line, the outcomes that occurred."""
    return {
        str(line): {outcome: n for outcome, n in line.outcomes.items() if n}
        for line in reconciling.stored(batch)
    }


def test_every_row_and_every_yen_has_one_place(propose: Propose) -> None:
    batch = propose(counts=COUNTS, totals=TOTALS)
    expected = {
        "rows": {"created": 3, "duplicate": 1, "held": 2, "rejected": 1},
        "tariff ''": {"created": 1},
        "tariff 'M'": {"created": 1, "duplicate": 1, "held": 2},
        "tariff 'S'": {"created": 1, "rejected": 1},
        "price_override": {"created": 300, "held": 540, "rejected": 7},
    }
    assert sheet(batch) == expected
    batch = loaded(batch)
    assert sheet(batch) == expected
    assert {line.difference for line in reconciling.stored(batch)} == {0}
    assert batch.transfer_basis == "entrustment contract, article 5"


def test_the_same_rows_without_a_manifest_are_counted_and_compared_with_nothing(
    demo: Operator, system: Scope, tmp_path: Path
) -> None:
    path = written(tmp_path / "base.csv", ROWS)
    batch = importing.propose(path=path, operator=demo, now=NOW, by=BY)
    assert sheet(batch)["price_override"] == {"created": 300, "held": 540, "rejected": 7}
    assert {line.difference for line in reconciling.stored(batch)} == {None}
    assert batch.transfer_basis == demo.transfer_basis


def test_every_line_is_named_with_its_outcome(propose: Propose) -> None:
    batch = loaded(propose())
    assert list(outcomes.lines(batch)) == [
        "line,outcome,field,code\n",
        "2,created,,\n",
        "3,created,,\n",
        "4,duplicate,,\n",
        "5,held,msisdn,number_claimed_twice\n",
        "6,held,msisdn,number_claimed_twice\n",
        "7,rejected,activated_on,not_a_date\n",
        "8,created,,\n",
    ]
    again = loaded(propose(sequence=1))
    assert Counter(line.split(",")[1] for line in outcomes.lines(again))["unchanged"] == 3


def test_what_a_cancelled_load_left_is_on_the_sheet(
    propose: Propose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "ROWS", 3)
    batch = propose(counts=COUNTS, totals=TOTALS)
    approving.approve_by_command(batch=batch, now=NOW, by=BY)
    leading.step(batch_id=batch.pk, now=NOW, by=BY)
    leading.step(batch_id=batch.pk, now=NOW, by=BY)
    ImportProgress.objects.filter(batch=batch).update(asked="cancel")
    leading.step(batch_id=batch.pk, now=NOW, by=BY)
    batch.refresh_from_db()
    assert batch.state == State.CANCELLED
    assert batch.left_out == sheet(batch)["rows"]["left_out"] > 0
    assert {line.difference for line in reconciling.stored(batch)} == {0}


@pytest.mark.parametrize("state", ["proposed", "approved"])
def test_cancelled_before_its_first_chunk_everything_readable_was_left(
    propose: Propose, state: str
) -> None:
    batch = propose()
    if state == "approved":
        approving.approve_by_command(batch=batch, now=NOW, by=BY)
    ImportProgress.objects.filter(batch=batch).update(asked="cancel")
    leading.step(batch_id=batch.pk, now=NOW, by=BY)
    batch.refresh_from_db()
    assert sheet(batch)["rows"] == {"left_out": 6, "rejected": 1}
    assert (batch.left_out, batch.rejected) == (6, 1)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"counts": {"tariff": {"S": 2, "M": 5}}}, "tariff 'M': declared 5, came 4"),
        ({"counts": {"tariff": {"S": 2, "M": 4, "L": 1}}}, "tariff 'L': declared 1, came 0"),
        ({"counts": {"tariff": {"S": 2}}}, "tariff '': declared 0, came 1"),
        ({"totals": {"price_override": 848}}, "price_override: declared 848, came 847"),
        ({"totals": {"trial_days_left": 0}}, "trial_days_left: declared, but the file has no such"),
    ],
)
def test_figures_that_differ_refuse_the_file_and_are_named(
    propose: Propose, declared: dict[str, Any], said: str
) -> None:
    with pytest.raises(FileRefused) as refused, transaction.atomic():
        propose(**declared)
    assert said in str(refused.value)
    assert not ImportBatch.objects.exists()


def test_a_cut_off_file_is_not_the_one_declared(propose: Propose) -> None:
    with pytest.raises(FileRefused, match="rows: declared 8, came 7"), transaction.atomic():
        propose(file={"sha256": digest(ROWS), "rows": 8})
    with pytest.raises(ManifestRefused, match="of another file"), transaction.atomic():
        propose(file={"sha256": "0" * 64, "rows": 7})


def digest(rows: Rows) -> str:
    names = list(dict.fromkeys(name for each in rows for name in each))
    lines = [",".join(names), *(",".join(each.get(n, "") for n in names) for each in rows)]
    return hashlib.sha256("".join(line + "\r\n" for line in lines).encode()).hexdigest()


def test_a_difference_that_unreadable_rows_may_explain_is_shown_not_refused(
    propose: Propose,
) -> None:
    rows = [*ROWS, row("S7", "2020-04-01", "7", tariff="S", price_override="12.5")]
    batch = propose(rows, totals={"price_override": 860})
    (line,) = [line for line in reconciling.stored(batch) if line.of == "price_override"]
    assert (line.difference, line.unreadable) == (13, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"{}", "required field `manifest`"),
        (b'{"manifest": 2}', r"\$.manifest"),
        (b" " * (manifests.LARGEST + 1), "larger than"),
    ],
    ids=["empty", "utf-16", "deep", "nothing", "another version", "huge"],
)
def test_what_is_no_manifest_is_said(content: bytes, said: str) -> None:
    with pytest.raises(ManifestRefused, match=said):
        manifests.read(content)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"sequence": 0}, r"\$.sequence"),
        ({"transfer_basis": " "}, r"\$.transfer_basis"),
        ({"extracted_at": "2026-11-22T21:00:00"}, r"\$.extracted_at"),
        ({"extracted_at": "2026-11-23T21:00:00Z"}, "still to come"),
        ({"counts": {"msisdn": {}}}, r"\$.counts"),
        ({"total": {}}, "unknown field `total`"),
    ],
)
def test_what_a_manifest_has_wrong_is_named(
    propose: Propose, declared: dict[str, Any], said: str
) -> None:
    with pytest.raises(ManifestRefused, match=said), transaction.atomic():
        propose(**declared)


def test_an_older_file_does_not_follow_a_newer_one(propose: Propose) -> None:
    late = propose(ROWS[:2], sequence=41)
    newer = loaded(propose(sequence=42))
    with pytest.raises(FileRefused, match="41 comes after 42"), transaction.atomic():
        propose(ROWS[:3], sequence=41)
    # Proposed before the newer one was loaded, it is refused when somebody approves it.
    with pytest.raises(approving.CannotApprove, match="41 comes after 42"):
        approving.approve_by_command(batch=late, now=NOW, by=BY)
    roll_back(batch=newer, dry_run=False, now=NOW, by=BY)
    assert loaded(late).state == State.DONE


def test_a_number_is_of_one_file_and_the_same_file_comes_as_often_as_one_likes(
    propose: Propose,
) -> None:
    other = propose(ROWS[:2], sequence=7)
    loaded(propose(sequence=7))
    assert loaded(propose(sequence=7)).unchanged == 3
    with pytest.raises(FileRefused, match="7 was another file"), transaction.atomic():
        propose(ROWS[:3], sequence=7)
    with (
        pytest.raises(IntegrityError, match="import_sequence_is_of_one_file"),
        transaction.atomic(),
    ):
        ImportBatch.objects.filter(pk=other.pk).update(state=State.APPROVED)


def test_files_that_never_came_are_told(propose: Propose) -> None:
    loaded(propose(ROWS[:1], sequence=3))
    assert sequences.gap(propose(ROWS[:2], sequence=4)) is None
    assert sequences.gap(propose(ROWS[:2], sequence=7)) == (4, 6)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cells=st.lists(
        st.tuples(
            st.integers(1, 6),
            st.sampled_from(["2020-04-01", "2021-04-01", "2020-02-30"]),
            st.sampled_from(["S", "M", "", "=L"]),
            st.sampled_from(["", "0", "300", "-5", "x"]),
        ),
        max_size=12,
    )
)
def test_the_sheet_adds_up_whatever_comes(
    propose: Propose, cells: list[tuple[int, str, str, str]]
) -> None:
    mark = transaction.savepoint()
    rows = [
        row(f"S{n}", day, str(n), tariff=tariff, price_override=price)
        for n, day, tariff, price in cells
    ] or [row("S1", "2020-02-30", "1", tariff="", price_override="")]
    batch = loaded(propose(rows))
    for line in reconciling.stored(batch):
        if line.of == "rows":
            assert line.outcomes == {o: getattr(batch, o) for o in outcomes.KINDS}
    by_tariff = [line for line in reconciling.stored(batch) if line.of == "tariff"]
    assert sum(line.found for line in by_tariff) == len(rows)
    assert len(list(outcomes.lines(batch))) == len(rows) + 1
    transaction.savepoint_rollback(mark)
