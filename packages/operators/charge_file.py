"""The charge file: header, lines, trailer; written as a stream and read back with its proof.

In the standard layout:

    H,version,merchant,file_seq,cycle,currency,count
    L,charge_key,kind,operator_subscriber_id,msisdn,package,period_from,period_to,amount,taxes,
      text,product_code,original_key,attempt          (one line)
    T,count,total,taxes,sha256

Amounts are decimals in major units with the currency's decimals; ``taxes`` is ``rate:net:tax`` for
each rate, joined by ``;``. Refunds count negative in the trailer. The SHA-256 is of every byte
before the trailer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from healthcare.kernel.money import to_text
from healthcare.kernel.periods import Period
from packages.operators.charges import ChargeKind, ChargeLine, FileHeader, FileTrailer, Totals
from packages.operators.fields import Fields, taxes_text
from packages.operators.layout import STANDARD, Layout
from packages.operators.records import FileError, TrailerError, decode, encode

VERSION: Final = "1"
_EMPTY: Final = "the file is empty; it must begin with a header"


@dataclass(frozen=True, slots=True)
class ChargeFile:
    """A charge file that was read whole and agrees with its trailer."""

    header: FileHeader
    lines: tuple[ChargeLine, ...]
    trailer: FileTrailer


def write(
    header: FileHeader, lines: Iterable[ChargeLine], *, layout: Layout = STANDARD
) -> Iterator[bytes]:
    """Yield the file's bytes, one record at a time.

    Raises `FileError` before the trailer when a key comes twice or the lines are not as many as
    the header says; a file without a trailer is never to be sent.
    """
    digest, totals = sha256(), Totals()
    record = encode(_ordered("H", layout.header, _header_texts(header)))
    digest.update(record)
    yield record
    for line in lines:
        totals.add(line)
        record = encode(_ordered("L", layout.line, _line_texts(line, header.currency)))
        digest.update(record)
        yield record
    if totals.count != header.count:
        raise FileError(
            f"the header says {header.count} lines, there were {totals.count}", field="count"
        )
    trailer = totals.trailer(digest.hexdigest())
    yield encode(_ordered("T", layout.trailer, _trailer_texts(trailer, header.currency)))


def read(file: Iterable[bytes], *, layout: Layout = STANDARD) -> ChargeFile:
    """Read a file, given as its lines in bytes (an open binary file), and verify its trailer."""
    header: FileHeader | None = None
    trailer: FileTrailer | None = None
    lines: list[ChargeLine] = []
    digest, totals = sha256(), Totals()
    for number, raw, cells in decode(file):
        if trailer is not None:
            raise FileError("comes after the trailer, which is the last line", line=number)
        try:
            if header is None:
                header = _header(Fields(number, cells, "H", layout.header))
            elif cells[:1] == ["T"]:
                fields = Fields(number, cells, "T", layout.trailer)
                trailer = _trailer(fields, header.currency)
                _verify(fields, header, trailer, totals.trailer(digest.hexdigest()))
            else:
                line = _line(Fields(number, cells, "L", layout.line), header.currency)
                totals.add(line)
                lines.append(line)
        except FileError as error:
            raise error.on_line(number) from None
        digest.update(raw)
    if header is None:
        raise FileError(_EMPTY)
    if trailer is None:
        raise TrailerError("the trailer is missing: the file was cut short; ask for it again")
    return ChargeFile(header, tuple(lines), trailer)


def read_header(file: Iterable[bytes], *, layout: Layout = STANDARD) -> FileHeader:
    """The header alone: whose file it is and its number, when the rest cannot be read."""
    for number, _, cells in decode(file):
        try:
            return _header(Fields(number, cells, "H", layout.header))
        except FileError as error:
            raise error.on_line(number) from None
    raise FileError(_EMPTY)


def _ordered(mark: str, names: Sequence[str], texts: Mapping[str, str]) -> list[str]:
    return [mark, *(texts[name] for name in names)]


def _header_texts(header: FileHeader) -> dict[str, str]:
    return {
        "version": VERSION,
        "merchant": header.merchant,
        "file_seq": str(header.file_seq),
        "cycle": header.cycle,
        "currency": header.currency,
        "count": str(header.count),
    }


def _line_texts(line: ChargeLine, currency: str) -> dict[str, str]:
    return {
        "charge_key": line.key,
        "kind": line.kind,
        "operator_subscriber_id": line.operator_subscriber_id,
        "msisdn": line.msisdn,
        "package": line.package,
        "period_from": line.period.start.isoformat(),
        "period_to": line.period.end.isoformat(),
        "amount": to_text(line.amount, currency),
        "taxes": taxes_text(line.taxes, currency),
        "text": line.text,
        "product_code": line.product_code,
        "original_key": line.original_key or "",
        "attempt": str(line.attempt),
    }


def _trailer_texts(trailer: FileTrailer, currency: str) -> dict[str, str]:
    return {
        "count": str(trailer.count),
        "total": to_text(trailer.total, currency),
        "taxes": taxes_text(trailer.taxes, currency),
        "sha256": trailer.sha256,
    }


def _header(fields: Fields) -> FileHeader:
    if fields.text("version") != VERSION:
        raise fields.wrong("version", f"{fields.text('version')!r} is not version {VERSION}")
    return FileHeader(
        merchant=fields.text("merchant"),
        file_seq=fields.number("file_seq"),
        cycle=fields.text("cycle"),
        currency=fields.text("currency"),
        count=fields.number("count"),
    )


def _line(fields: Fields, currency: str) -> ChargeLine:
    start, end = fields.date("period_from"), fields.date("period_to")
    if start >= end:
        raise fields.wrong("period_to", f"{end} must be after period_from {start}")
    return ChargeLine(
        key=fields.text("charge_key"),
        kind=fields.choice("kind", ChargeKind),
        operator_subscriber_id=fields.text("operator_subscriber_id"),
        msisdn=fields.text("msisdn"),
        package=fields.text("package"),
        period=Period(start, end),
        amount=fields.money("amount", currency),
        taxes=fields.taxes("taxes", currency),
        text=fields.text("text"),
        product_code=fields.text("product_code"),
        original_key=fields.text("original_key") or None,
        attempt=fields.number("attempt"),
    )


def _trailer(fields: Fields, currency: str) -> FileTrailer:
    return FileTrailer(
        count=fields.number("count"),
        total=fields.money("total", currency),
        taxes=fields.taxes("taxes", currency),
        sha256=fields.text("sha256"),
    )


def _verify(fields: Fields, header: FileHeader, said: FileTrailer, found: FileTrailer) -> None:
    if header.count != found.count:
        raise TrailerError(
            f"the header says {header.count} lines, there are {found.count}; ask for it again",
            line=1,
            field="count",
        )
    for field in ("count", "total", "taxes", "sha256"):
        if getattr(said, field) != getattr(found, field):
            raise TrailerError(
                f"the trailer says {fields.text(field)!r}, the lines above it do not; "
                "the file is damaged, ask for it again",
                line=fields.line,
                field=field,
            )
