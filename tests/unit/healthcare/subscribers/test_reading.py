from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthcare.subscribers.loading.columns import STANDARD
from healthcare.subscribers.loading.reading import FileRefused, opened

HEADER = "operator_subscriber_id,activated_on,msisdn,family_name\n"


def records(path: Path, content: bytes, encoding: str | None = None) -> list[tuple[int, list[str]]]:
    path.write_bytes(content)
    with opened(path, encoding=encoding, columns=STANDARD) as file:
        return list(file.records())


def refusal(path: Path, content: bytes, encoding: str | None = None) -> str:
    with pytest.raises(FileRefused) as refused:
        records(path, content, encoding)
    return str(refused.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def test_records_carry_the_line_they_begin_on(path: Path) -> None:
    content = f'{HEADER}a,b,c,d\n\n"e\nf",g,h,i\nj,k,l,m'.encode()
    assert [line for line, _ in records(path, content)] == [2, 4, 6]


@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-8-sig", "UTF-8"])
def test_a_byte_order_mark_is_not_part_of_the_header(path: Path, encoding: str | None) -> None:
    content = b"\xef\xbb\xbf" + f"{HEADER}a,b,c,山田\n".encode()
    assert records(path, content, encoding) == [(2, ["a", "b", "c", "山田"])]


def test_cp932_is_read_when_declared(path: Path) -> None:
    content = f"{HEADER}a,b,c,髙橋ﾀﾛｳ\n".encode("cp932")
    assert records(path, content, "cp932") == [(2, ["a", "b", "c", "髙橋ﾀﾛｳ"])]


def test_cp932_is_never_guessed(path: Path) -> None:
    said = refusal(path, f"{HEADER}a,b,c,d\na,b,c,山田\n".encode("cp932"))
    assert "Line 3, byte 7" in said
    assert "--encoding cp932" in said


def test_utf_8_declared_as_cp932_is_named(path: Path) -> None:
    said = refusal(path, f"{HEADER}a,b,c,漢\x81字\n".encode(), "cp932")
    assert "Line 2" in said
    assert "cp932" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfeo\x00p\x00", "UTF-16"),
        (b"o\x00p\x00,a\x00", "NUL"),
        (b"operator_subscriber_id;activated_on;msisdn\n", "divided by commas"),
        (b"operator_subscriber_id,activated_on\n", "'msisdn' is missing"),
        (b"operator_subscriber_id,activated_on,msisdn,msisdn\n", "twice"),
        (b"operator_subscriber_id,activated_on,msisdn,birthdate\n", "'birthdate' is not known"),
        (f'{HEADER}a,b,c,d\n"a,b,c,d\ne,f,g,h\n'.encode(), "Line 3: a quotation mark is opened"),
        (f'{HEADER}a,"b"x,c,d\n'.encode(), "Line 2: after a closing quotation mark"),
        (f'{HEADER}a,b,c,"{"x" * 140_000}'.encode(), "Line 2: a cell is longer"),
    ],
)
def test_a_damaged_file_is_refused_with_place_and_cure(
    path: Path, content: bytes, said: str
) -> None:
    assert said in refusal(path, content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with (
        pytest.raises(FileRefused, match="cannot be read"),
        opened(tmp_path / "none.csv", encoding=None, columns=STANDARD),
    ):
        pass


def test_an_unknown_encoding_names_the_known_ones(path: Path) -> None:
    assert "utf-8, utf-8-sig, cp932" in refusal(path, HEADER.encode(), "latin-1")


def test_columns_in_any_order_and_those_of_a_rejects_file(path: Path) -> None:
    path.write_bytes(b"line,MSISDN , activated_on,code,operator_subscriber_id\n1,2,3,4,5\n")
    with opened(path, encoding=None, columns=STANDARD) as file:
        assert file.positions == {"operator_subscriber_id": 4, "activated_on": 2, "msisdn": 1}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_records_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "file.csv"
    try:
        found = records(path, HEADER.encode() + content)
    except FileRefused as error:
        said = str(error)
        found = []
    else:
        said = "Line"
    assert "Line" in said or "The file ends" in said
    assert all(line > 1 for line, _ in found)
