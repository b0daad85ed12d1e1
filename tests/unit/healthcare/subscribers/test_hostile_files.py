"""Files that are made to hurt: huge cells, a million columns, two encodings, formulas everywhere.

Bombs stand in `test_containers.py`.
"""

import os
import tracemalloc
from pathlib import Path

import pytest

from healthcare.subscribers.loading import staging
from healthcare.subscribers.loading.columns import STANDARD
from healthcare.subscribers.loading.reading import MOST_CELLS, FileRefused, confirm_utf8, opened
from healthcare.subscribers.loading.staging import CHUNK, MOST_CHARACTERS
from healthcare.subscribers.models import Contract, ImportRow
from tests.unit.healthcare.subscribers.conftest import TakeIn, outcomes, row

HEADER = "operator_subscriber_id,activated_on,msisdn,family_name\n"
GIGABYTE = 1 << 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def refusal(path: Path) -> tuple[str, int]:
    """Why it is refused, and the bytes of memory that finding out took."""
    tracemalloc.start()
    try:
        with (
            pytest.raises(FileRefused) as refused,
            opened(path, encoding="utf-8", columns=STANDARD) as file,
        ):
            for _record in file.records():
                pass
        return str(refused.value), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("start", ["S1,2020-04-01,09011110001,", 'S1,2020-04-01,09011110001,"'])
def test_a_cell_of_a_gigabyte(path: Path, start: str) -> None:
    path.write_text(HEADER + start)
    # A hole of a gigabyte: it reads as NUL and takes no room on the disk.
    os.truncate(path, GIGABYTE)
    said, most = refusal(path)
    assert said.startswith("Line 2: the row is longer than")
    assert most < 16 << 20


def test_a_quoted_cell_that_runs_over_lines_without_end(path: Path) -> None:
    path.write_text(HEADER + 'S1,2020-04-01,09011110001,"' + "x\n" * 2_000_000)
    said, most = refusal(path)
    assert said.startswith("Line 2: ")
    assert most < 16 << 20


@pytest.mark.parametrize("line", [1, 2])
def test_a_million_columns(path: Path, line: int) -> None:
    wide = "," * (1 << 20) + "\n"
    path.write_text(wide if line == 1 else HEADER + wide)
    said, most = refusal(path)
    assert said.startswith(f"Line {line}: the row is longer than")
    assert most < 32 << 20


def test_as_many_columns_as_fit_into_the_longest_line(path: Path) -> None:
    path.write_text(HEADER + "," * 900_000 + "\n")
    said, most = refusal(path)
    assert said.startswith(f"Line 2: the row has 900,001 cells; at most {MOST_CELLS:,} fit.")
    assert most < 64 << 20


def test_rows_as_long_as_may_be_are_read_in_small_chunks() -> None:
    longest = ["x" * 100_000] * 10
    chunks = [len(chunk) for chunk in staging._chunks((n, longest) for n in range(100))]
    assert sum(chunks) == 100
    assert max(chunks) * 1_000_000 < MOST_CHARACTERS + 2_000_000
    short = [len(chunk) for chunk in staging._chunks((n, ["x"]) for n in range(CHUNK + 1))]
    assert short == [CHUNK, 1]


def test_an_encoding_that_changes_on_the_way(path: Path) -> None:
    rows = "".join(f"S{n},2020-04-01,0901111{n:04},佐藤\n" for n in range(5_000))
    other = "S9000,2020-04-01,09011119000,髙橋\n"
    path.write_bytes((HEADER + rows).encode() + other.encode("cp932"))
    with pytest.raises(FileRefused, match=r"Line 5002, byte \d+"):
        confirm_utf8(path)
    utf_8 = "S9,2020-04-01,09011119000,漢\x81字\n".encode()
    path.write_bytes((HEADER + rows).encode("cp932") + utf_8)
    with (
        pytest.raises(FileRefused, match="cp932"),
        opened(path, encoding="cp932", columns=STANDARD) as file,
    ):
        list(file.records())


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_a_formula_in_every_cell_runs_nowhere(take_in: TakeIn, sign: str) -> None:
    """Names are text and come back escaped; keys and numbers are refused with a reason."""
    formula = f"{sign}HYPERLINK(1)"
    good = row("S1", "2020-04-01", "1", family_name=formula)
    bad = row(f"{sign}S2", "2020-04-01", f"{sign}09011110002", family_name="佐藤")
    batch = take_in([good, bad])
    assert outcomes(batch) == {"created": 1, "rejected": 1}
    assert Contract.objects.get().operator_subscriber_id == "S1"
    assert "msisdn" in ImportRow.objects.get(batch=batch).field
