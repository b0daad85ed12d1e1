import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthcare.kernel.periods import Period
from packages.operators.charge_file import read, read_header, write
from packages.operators.charges import ChargeKind, ChargeLine, FileHeader
from packages.operators.layout import LINE, Layout
from packages.operators.records import FileError, TrailerError
from packages.pricing.documents import TaxTotal

Charge = Callable[..., ChargeLine]
Written = Callable[..., list[bytes]]


def test_the_file_as_the_operator_reads_it(charge: Charge, written: Written) -> None:
    refund = charge("c-2", 100, kind=ChargeKind.REFUND, original_key="c-0", attempt=2)
    records = written([charge("c-1", 980), refund])
    assert b"".join(records[:-1]).decode() == (
        "H,1,MIMAMORI,7,2026-10,JPY,2\r\n"
        "L,c-1,charge,SUB-c-1,819012345678,plus,2026-10-01,2026-11-01,1078,10:980:98,"
        "Mimamori 10月,P2,,1\r\n"
        "L,c-2,refund,SUB-c-2,819012345678,plus,2026-10-01,2026-11-01,110,10:100:10,"
        "Mimamori 10月,P2,c-0,2\r\n"
    )
    digest = sha256(b"".join(records[:-1])).hexdigest()
    assert records[-1].decode() == f"T,2,968,10:880:88,{digest}\r\n"


def test_decimals_follow_the_currency(charge: Charge, written: Written) -> None:
    records = written([charge("c-1", 1995, taxes=(TaxTotal(Decimal("7.7"), 1995, 153),))],
                      currency="USD")  # fmt: skip
    assert b",21.48,7.7:19.95:1.53," in records[1]
    assert read(records).lines[0].amount == 2148


def test_a_file_without_charges_is_a_file(written: Written) -> None:
    assert read(written([])).lines == ()


def test_writing_streams(charge: Charge) -> None:
    taken: list[str] = []

    def lines() -> Any:
        for key in ("c-1", "c-2"):
            taken.append(key)
            yield charge(key)

    records = write(FileHeader("MIMAMORI", 1, "2026-10", "JPY", 2), lines())
    next(records)
    next(records)
    assert taken == ["c-1"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_count_that_is_not_true_makes_no_trailer(charge: Charge, count: int) -> None:
    records = write(
        FileHeader("MIMAMORI", 1, "2026-10", "JPY", count), [charge("c-1"), charge("c-2")]
    )
    made: list[bytes] = []
    with pytest.raises(FileError, match=f"header says {count} lines, there were 2"):
        made.extend(records)
    assert not any(record.startswith(b"T") for record in made)


def test_a_charge_is_sent_once(charge: Charge, written: Written) -> None:
    with pytest.raises(FileError, match="c-1 comes twice"):
        written([charge("c-1"), charge("c-1")])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "=1+1"),
        ("key", ""),
        ("key", "k" * 65),
        ("operator_subscriber_id", "=cmd|' /C calc'!A0"),
        ("operator_subscriber_id", "@SUM(A1)"),
        ("operator_subscriber_id", "+1"),
        ("operator_subscriber_id", "-1"),
        ("operator_subscriber_id", ""),
        ("operator_subscriber_id", "a\nb"),
        ("text", "=HYPERLINK(A1)"),
        ("text", "\tx"),
        ("text", "a\x00b"),
        ("text", "a\u202eb"),
        ("text", "\ud800"),
        ("text", " "),
        ("msisdn", "+819012345678"),
        ("msisdn", "09012345678"),
        ("product_code", "-1"),
        ("amount", 0),
        ("amount", -5),
        ("attempt", 0),
        ("original_key", "c-0"),
        ("taxes", (TaxTotal(Decimal(10), 500, 49),)),
        ("taxes", (TaxTotal(Decimal(10), 250, 25), TaxTotal(Decimal(10), 250, 25))),
    ],
)
def test_a_charge_that_cannot_be_sent_is_not_made(charge: Charge, field: str, value: Any) -> None:
    with pytest.raises(FileError) as refused:
        replace(charge("c-1"), **{field: value})
    assert refused.value.field in {field, "taxes"}


def test_a_refund_names_its_charge(charge: Charge) -> None:
    with pytest.raises(FileError, match="original_key"):
        charge("c-1", kind=ChargeKind.REFUND)


@pytest.mark.parametrize(
    ("damage", "error", "place"),
    [
        (lambda r: [b"\xef\xbb\xbf" + r[0], *r[1:]], FileError, "line 1: begins with a byte-order"),
        (lambda r: [r[0], b"L,\x00" + r[1][2:], *r[2:]], FileError, "line 2: holds a NUL"),
        (lambda r: [r[0], b'L,"' + r[1][2:], *r[2:]], FileError, "line 2: has a quote"),
        (lambda r: [r[0], b"\xff" + r[1], *r[2:]], FileError, "line 2: byte 1 is not UTF-8"),
        (lambda r: [r[0], r[1][:-2] + b"\r\r\n", *r[2:]], FileError, "line 2: has '.r' at"),
        (lambda r: [r[0], b"x" * 5000, *r[2:]], FileError, "line 2: is longer than"),
        (lambda r: [r[0], b"\r\n", *r[1:]], FileError, "line 2: must begin with L, not 'nothing'"),
        (lambda r: [r[0], r[1].replace(b",P2", b""), *r[2:]], FileError, "line 2: has 13 cells"),
        (lambda r: [r[0], r[1].replace(b"550", b"550.5"), *r[2:]], FileError,
         "line 2, field amount: '550.5' has 1 decimals; JPY has no decimals"),
        (lambda r: [r[0], r[1].replace(b"550", b"551"), *r[2:]], FileError,
         "line 2, field taxes: net and tax sum to 550"),
        (lambda r: [r[0], r[1].replace(b"10:500:50", b"10:500"), *r[2:]], FileError,
         "line 2, field taxes: '10:500' is not rate:net:tax"),
        (lambda r: [r[0], r[1].replace(b"2026-11-01", b"2026-11-31"), *r[2:]], FileError,
         "line 2, field period_to: '2026-11-31' is not a date"),
        (lambda r: [r[0], r[1].replace(b"2026-11-01", b"2026-10-01"), *r[2:]], FileError,
         "line 2, field period_to: 2026-10-01 must be after"),
        (lambda r: [r[0], r[1].replace(b"charge", b"gift"), *r[2:]], FileError,
         "line 2, field kind: 'gift' is not one of"),
        (lambda r: [r[0], r[1], r[1], *r[2:]], FileError, "line 3, field charge_key: c-1"),
        (lambda r: [r[0].replace(b"H,1", b"H,2"), *r[1:]], FileError,
         "line 1, field version: '2' is not version 1"),
        (lambda r: [r[0].replace(b"2026-10", b"2026-1"), *r[1:]], FileError, "line 1, field cycle"),
        (lambda r: r[1:], FileError, "line 1: must begin with H"),
        (lambda r: [*r, r[1]], FileError, "line 5: comes after the trailer"),
        (lambda r: [], FileError, "the file is empty"),
        (lambda r: r[:-1], TrailerError, "the trailer is missing"),
        (lambda r: [*r[:2], *r[3:]], TrailerError, "line 1, field count: the header says 2"),
        (lambda r: [*r[:-1], r[-1].replace(b"T,2", b"T,3")], TrailerError, "line 4, field count"),
        (lambda r: [*r[:-1], r[-1].replace(b"1100", b"1101")], TrailerError, "line 4, field total"),
        (lambda r: [*r[:-1], r[-1].replace(b":1000:", b":1001:")], TrailerError,
         "line 4, field taxes"),
        (lambda r: [r[0], r[1].replace(b"plus", b"gold"), *r[2:]], TrailerError,
         "line 4, field sha256"),
        (lambda r: [r[0], r[1].replace(b"\r\n", b"\n"), *r[2:]], TrailerError,
         "line 4, field sha256"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_not_read(
    charge: Charge,
    written: Written,
    damage: Callable[[list[bytes]], list[bytes]],
    error: type[FileError],
    place: str,
) -> None:
    records = written([charge("c-1"), charge("c-2")])
    with pytest.raises(error, match=place):
        read(BytesIO(b"".join(damage(records))))


def test_the_header_can_be_read_when_the_rest_cannot(charge: Charge, written: Written) -> None:
    records = written([charge("c-1")])[:-1]
    assert read_header(records).file_seq == 7


def test_an_operator_orders_the_fields_its_own_way(charge: Charge) -> None:
    layout = Layout("turned", line=LINE[::-1])
    header = FileHeader("MIMAMORI", 1, "2026-10", "JPY", 1)
    records = list(write(header, [charge("c-1")], layout=layout))
    assert records[1].startswith(b"L,1,,P2,")
    assert read(records, layout=layout).lines == (charge("c-1"),)
    with pytest.raises(FileError):
        read(records)


def test_a_layout_that_forgets_a_field_is_refused() -> None:
    with pytest.raises(ValueError, match="line must name each of"):
        Layout("short", line=LINE[1:])


keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,20}", fullmatch=True)
texts = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), min_size=1, max_size=30
).filter(lambda text: text.strip() and not text.startswith(("=", "+", "-", "@")))
totals = st.lists(
    st.tuples(st.sampled_from(["8", "10", "7.7"]), st.integers(1, 10**9), st.integers(0, 10**8)),
    min_size=1,
    unique_by=lambda total: total[0],
)


@st.composite
def charges(draw: st.DrawFn) -> ChargeLine:
    taxes = tuple(
        TaxTotal(rate, net, tax)
        for rate, net, tax in sorted((Decimal(r), n, t) for r, n, t in draw(totals))
    )
    original = draw(st.none() | keys)
    start = draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
    return ChargeLine(
        key=draw(keys),
        kind=ChargeKind.CHARGE if original is None else ChargeKind.REFUND,
        operator_subscriber_id=draw(texts),
        msisdn=draw(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)),
        package=draw(keys),
        period=Period(start, start + timedelta(days=draw(st.integers(1, 400)))),
        amount=sum(total.net + total.tax for total in taxes),
        taxes=taxes,
        text=draw(texts),
        product_code=draw(keys),
        original_key=original,
        attempt=draw(st.integers(1, 9)),
    )


@given(
    st.lists(charges(), max_size=5, unique_by=lambda line: line.key),
    st.sampled_from(["JPY", "USD", "KWD"]),
)
def test_what_was_written_is_read(lines: list[ChargeLine], currency: str) -> None:
    header = FileHeader("MIMAMORI", 3, "2026-10", currency, len(lines))
    content = b"".join(write(header, lines))
    found = read(BytesIO(content))
    assert (found.header, found.lines) == (header, tuple(lines))
    for row in csv.reader(content.decode().splitlines()):
        numbers = {"T": (2, 3)}.get(row[0], ())
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\t"))
            for place, cell in enumerate(row)
            if place not in numbers
        )


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_are_read_or_refused(records: list[bytes]) -> None:
    with pytest.raises(FileError):
        read(records)
