from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthcare.subscribers.loading import cells
from healthcare.subscribers.loading.cells import BadCell, Setting
from healthcare.subscribers.loading.columns import STANDARD, CellReader, Column

JAPAN = Setting("JP", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("read", "cell", "normal"),
    [
        (cells.text, "ﾔﾏﾀﾞ", "ヤマダ"),
        (cells.text, "ﾊﾟﾌﾞﾛ", "パブロ"),
        (cells.text, "カ\u3099", "ガ"),
        (cells.text, "やまだ", "やまだ"),
        (cells.text, "Ｔａｒｏ　山田", "Taro 山田"),
        (cells.text, "  two   spaces ", "two spaces"),
        (cells.text, "0012", "0012"),
        # Compatibility characters of names are those names.
        (cells.text, "神﨑", "神﨑"),
        (cells.text, "\ufa19", "\ufa19"),
        (cells.text, "'=x", "=x"),
        (cells.text, "'x", "'x"),
        (cells.postcode, "１００－０００１", "100-0001"),
        (cells.postcode, "0600001", "060-0001"),
        (cells.postcode, "12345", "12345"),
        (cells.phone_number, "'+819012345678", "+819012345678"),
        (cells.phone_number, " 090-1234-5678 ", "+819012345678"),
        (cells.past_date, " 2026-11-23 ", "2026-11-23"),
        (cells.past_date, "2024-02-29", "2024-02-29"),
        (cells.iso_date, "2027-01-01", "2027-01-01"),
        (cells.sex, "Female", "female"),
        (cells.language, "JA", "ja"),
        (cells.days, "０１４", "14"),
        (cells.minor_units, "0980", "980"),
        (cells.email, "a@b.example", "a@b.example"),
    ],
)
def test_normal_forms(read: CellReader, cell: str, normal: str) -> None:
    assert read(cell, JAPAN) == normal


@pytest.mark.parametrize(
    ("read", "cell", "code"),
    [
        (cells.text, "a\0b", "control_character"),
        (cells.text, "a\u202eb", "control_character"),
        (cells.text, "x" * 201, "too_long"),
        (cells.past_date, "2026-11-24", "date_in_future"),
        (cells.past_date, "2023-02-29", "not_a_date"),
        (cells.past_date, "20240101", "not_a_date"),
        (cells.past_date, "2024-W01-1", "not_a_date"),
        (cells.past_date, "２０２４-01-01", "not_a_date"),
        (cells.past_date, "昭和32年", "not_a_date"),
        (cells.past_date, "0202-01-01", "date_too_early"),
        (cells.past_date, "2926-01-01", "date_in_future"),
        (cells.phone_number, "０９０１２３４５６７８", "full_width"),
        (cells.phone_number, "'=09012345678", "formula"),
        (cells.sex, "F", "unknown_word"),
        (cells.language, "zh", "unknown_word"),
        (cells.days, "3651", "not_a_number"),
        (cells.days, "-1", "not_a_number"),
        (cells.minor_units, "9.80", "not_a_number"),
        (cells.minor_units, "9" * 20, "not_a_number"),
        (cells.minor_units, "²", "not_a_number"),
        (cells.email, "a@b", "not_an_email"),
        (cells.email, "a b@c.example", "not_an_email"),
    ],
)
def test_what_cannot_be_read_and_why(read: CellReader, cell: str, code: str) -> None:
    with pytest.raises(BadCell) as bad:
        read(cell, JAPAN)
    assert bad.value.code == code
    assert str(bad.value)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(STANDARD), st.text(max_size=40))
def test_a_normal_form_is_its_own_and_safe_to_copy(column: Column, cell: str) -> None:
    try:
        normal = column.read(cell, JAPAN)
    except BadCell:
        return
    assert not set(normal) & set("\t\n\r\0")
    if not normal.startswith("'"):
        assert column.read(normal, JAPAN) == normal


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(STANDARD), st.text(alphabet="=+-@'＝a0\t", max_size=8))
def test_an_escaped_cell_is_safe_and_reads_as_before(column: Column, cell: str) -> None:
    escaped = cells.escaped(cell)
    assert not escaped or escaped[0] not in cells.FORMULA_START

    def outcome(text: str) -> str:
        try:
            return column.read(text, JAPAN)
        except BadCell as bad:
            return f"! {bad.code}"

    assert outcome(escaped) == outcome(cell)
