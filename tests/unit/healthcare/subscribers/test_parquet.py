"""Subscriber files as Parquet: the same rows as in CSV, or a reason why not."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from healthcare.subscribers import mappings
from healthcare.subscribers.loading import parquet as ours
from healthcare.subscribers.loading.columns import STANDARD
from healthcare.subscribers.loading.reading import FileRefused, opened
from healthcare.subscribers.models import Contract, Operator
from tests.unit.healthcare.subscribers.conftest import TakeIn, held_codes, outcomes
from tests.unit.healthcare.subscribers.test_mappings import save

COLUMNS: dict[str, list[Any]] = {
    "operator_subscriber_id": ["0012", "0013", None],
    "activated_on": [date(2020, 4, 1), date(2021, 5, 2), date(2022, 6, 3)],
    "msisdn": ["09011110001", "0901111000x", "09011110003"],
    "family_name": ["髙橋", None, "佐藤"],
    "trial_days_left": [30, None, 0],
}


def packed(columns: dict[str, Any], **how: Any) -> bytes:
    out = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.table(columns), out, **how)
    content: bytes = out.getvalue().to_pybytes()
    return content


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with (
        pytest.raises(FileRefused) as refused,
        opened(path, encoding=None, columns=STANDARD) as file,
    ):
        list(file.records())
    return str(refused.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "base.parquet"


def test_the_rows_of_a_file_and_how_far_one_is(path: Path) -> None:
    path.write_bytes(packed(COLUMNS, row_group_size=2))
    with opened(path, encoding=None, columns=STANDARD) as file:
        assert list(file.records()) == [
            (1, ["0012", "2020-04-01", "09011110001", "髙橋", "30"]),
            (2, ["0013", "2021-05-02", "0901111000x", "", ""]),
            (3, ["", "2022-06-03", "09011110003", "佐藤", "0"]),
        ]
        assert file.bytes_read() == path.stat().st_size


@pytest.mark.django_db
def test_it_is_taken_in_and_again_changes_nothing(take_in: TakeIn) -> None:
    content = packed(COLUMNS, compression="zstd")
    batch = take_in(content)
    assert outcomes(batch) == {"created": 1, "rejected": 2}
    assert held_codes(batch) == {"0013": "extension", "": "missing"}
    assert Contract.objects.get().operator_subscriber_id == "0012"
    assert outcomes(take_in(content)) == {"unchanged": 1, "rejected": 2}


@pytest.mark.django_db
def test_a_mapping_reads_its_columns(demo: Operator, take_in: TakeIn) -> None:
    definition = {
        "trailer": {"mark": "T"},
        "columns": {
            "operator_subscriber_id": {"from": "契約番号"},
            "activated_on": {"from": "契約日", "dates": ["era"]},
            "msisdn": {"from": "電話番号"},
        },
        "ignored": ["備考"],
    }
    save(demo, definition)
    content = packed(
        {"契約番号": ["1"], "契約日": ["R2.4.1"], "電話番号": ["09011110001"], "備考": ["x"]}
    )
    assert outcomes(take_in(content, mapping="crm")) == {"created": 1}
    assert mappings.newest_of(demo)[0].version == 1


@pytest.mark.parametrize(
    ("column", "cells", "said"),
    [
        ("msisdn", [9011110001, 9011110002, 9011110003], "leading zeros"),
        ("operator_subscriber_id", [12, 13, 14], "leading zeros"),
        ("trial_days_left", [1.5, None, 2.0], "as double"),
        ("family_name", [["a"], [], None], "as list"),
        ("family_name", [b"a", b"\xff", None], "as binary"),
        ("surname", ["a", "b", "c"], "'surname' is not known"),
    ],
)
def test_a_type_that_lost_something(path: Path, column: str, cells: Any, said: str) -> None:
    assert said in refusal(path, packed({**COLUMNS, column: cells}))


def test_a_file_that_was_cut_off_or_damaged(path: Path) -> None:
    content = packed(
        {
            "operator_subscriber_id": [str(n) for n in range(5_000)],
            "activated_on": ["2020-04-01"] * 5_000,
            "msisdn": ["1"] * 5_000,
        }
    )
    assert "cut off" in refusal(path, content[:-100])
    assert "cut off" in refusal(path, b"PAR1")
    assert "damaged" in refusal(path, content[:-8] + b"\xff\xff\xff\x7f" + b"PAR1")
    for at in (20, 2_000):
        broken = (
            content[:at] + bytes(b ^ 0x5A for b in content[at : at + 400]) + content[at + 400 :]
        )
        assert "damaged" in refusal(path, broken) or "not known" in refusal(path, broken)


def test_more_than_fits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "columns; at most" in refusal(path, packed({f"c{n}": ["x"] for n in range(401)}))
    monkeypatch.setattr(ours, "LARGEST_GROUP", 100)
    assert "Row group 1" in refusal(path, packed(COLUMNS))


def test_a_server_without_the_extra_says_what_to_install(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "parquet", None)
    assert "extra `parquet`" in refusal(path, packed(COLUMNS))
