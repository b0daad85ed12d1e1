"""Files out of gzip and zip: read as what they are, and never more of them than a bound."""

import gzip
import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from healthcare.subscribers.loading import containers
from healthcare.subscribers.loading.columns import STANDARD
from healthcare.subscribers.loading.reading import FileRefused, confirm_utf8, opened

HEADER = b"operator_subscriber_id,activated_on,msisdn\n"
PLAIN = HEADER + "山田,2020-04-01,09011110001\n".encode()


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def records(path: Path, content: bytes) -> list[list[str]]:
    path.write_bytes(content)
    confirm_utf8(path)
    with opened(path, encoding=None, columns=STANDARD) as file:
        return [cells for _, cells in file.records()]


def refusal(path: Path, content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        records(path, content)
    return str(refused.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    # The name lies on purpose: only the first bytes say what a file is.
    return tmp_path / "subscribers.csv"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        gzip.compress(PLAIN),
        gzip.compress(HEADER) + gzip.compress(PLAIN[len(HEADER) :]),
        zipped(("base.csv", PLAIN)),
        zipped(("base.csv", PLAIN), method=zipfile.ZIP_STORED),
    ],
    ids=["plain", "gzip", "gzip in two members", "zip", "zip, stored"],
)
def test_the_same_rows_however_they_are_packed(path: Path, content: bytes) -> None:
    assert records(path, content) == [["山田", "2020-04-01", "09011110001"]]


def with_password() -> bytes:
    """The bit that says so, in the member's own header and in the directory."""
    content = bytearray(zipped(("base.csv", PLAIN)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(("a.csv", PLAIN), ("b.csv", PLAIN)), "2 files in it"),
        (zipped(), "0 files in it"),
        (zipped(("../../etc/passwd", PLAIN)), "lies in a folder"),
        (zipped((".csv", PLAIN)), "lies in a folder"),
        (zipped(("base.csv", PLAIN), method=zipfile.ZIP_BZIP2), "unusual way"),
        (with_password(), "password"),
        (zipped(("base.csv", PLAIN))[:-10], "ends too early"),
        (gzip.compress(PLAIN)[:-9], "ends too early"),
    ],
    # The bytes say when they were packed: as names they would differ from process to process.
    ids=["two", "none", "folder", "no name", "method", "password", "half a zip", "half a gzip"],
)
def test_what_is_refused_and_why(path: Path, content: bytes, said: str) -> None:
    assert said in refusal(path, content)


def test_damage_inside_is_found_by_the_checksum(path: Path) -> None:
    rows = "".join(f"S{n},2020-04-01,0901111{n:04}\n" for n in range(3_000)).encode()
    for packed in (gzip.compress(HEADER + rows), zipped(("base.csv", HEADER + rows))):
        middle = len(packed) // 2
        damaged = packed[:middle] + bytes([packed[middle] ^ 0x10]) + packed[middle + 1 :]
        assert "damaged" in refusal(path, damaged) or "too early" in refusal(path, damaged)


def test_a_directory_of_a_million_members_is_not_read(path: Path) -> None:
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, 0x7FFFFFFF, 0, 0)
    assert "send it as gzip" in refusal(path, b"PK\x03\x04" + b"\0" * 100 + end)


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_ends_early_and_takes_no_memory(
    path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "ALWAYS_ALLOWED", 1 << 20)
    rows = HEADER + b"S1,2020-04-01,09011110001\n" * 2_000_000
    bomb = gzip.compress(rows) if kind == "gzip" else zipped(("base.csv", rows))
    path.write_bytes(bomb)
    allowed = (1 << 20) + containers.MOST_TIMES * len(bomb)
    assert allowed < len(rows)
    tracemalloc.start()
    with pytest.raises(FileRefused, match="inflates to more than"):
        confirm_utf8(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 << 20
