"""The operator's acknowledgement of a charge file.

In the standard layout:

    A,version,merchant,file_seq,status,reason
    R,charge_key,status,reason,operator_ref,bill_month          (one line a charge)
    Z,count,sha256

``status`` of the file is accepted or rejected; a rejected file has a reason and no lines. The
SHA-256 is of every byte before the trailer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from packages.operators.answers import (
    AnswerHeader,
    AnswerLine,
    FileReason,
    FileStatus,
    LineStatus,
    Reason,
)
from packages.operators.fields import Fields
from packages.operators.layout import STANDARD, Layout
from packages.operators.records import FileError, TrailerError, decode, encode

VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """An answer that was read whole and agrees with its trailer."""

    header: AnswerHeader
    lines: tuple[AnswerLine, ...]
    sha256: str
    """From the trailer: two answers with the same are one answer sent twice."""


def write(
    header: AnswerHeader, lines: Iterable[AnswerLine], *, layout: Layout = STANDARD
) -> Iterator[bytes]:
    """Yield the file's bytes, one record at a time: the operator's side, for the simulator."""
    digest, count = sha256(), 0
    file_words = _words_of(layout.file_statuses)
    record = encode(
        [
            "A",
            *_ordered(
                layout.answer_header,
                {
                    "version": VERSION,
                    "merchant": header.merchant,
                    "file_seq": str(header.file_seq),
                    "status": file_words[header.status],
                    "reason": header.reason or "",
                },
            ),
        ]
    )
    digest.update(record)
    yield record
    status_words, reason_words = _words_of(layout.line_statuses), _words_of(layout.reasons)
    for line in lines:
        texts = {
            "charge_key": line.key,
            "status": status_words[line.status],
            "reason": "" if line.reason is None else reason_words[line.reason],
            "operator_ref": line.operator_ref,
            "bill_month": line.bill_month or "",
        }
        record = encode(["R", *_ordered(layout.answer_line, texts)])
        digest.update(record)
        count += 1
        yield record
    end = {"count": str(count), "sha256": digest.hexdigest()}
    yield encode(["Z", *_ordered(layout.answer_trailer, end)])


def read(file: Iterable[bytes], *, layout: Layout = STANDARD) -> AnswerFile:
    """Read an answer, given as its lines in bytes (an open binary file), and verify its trailer.

    Raises `FileError` naming line and field; nothing of a file that cannot be trusted is used.
    """
    header: AnswerHeader | None = None
    proof: str | None = None
    lines: dict[str, AnswerLine] = {}
    digest = sha256()
    for number, raw, cells in decode(file):
        if proof is not None:
            raise FileError("comes after the trailer, which is the last line", line=number)
        if header is None:
            header = _header(Fields(number, cells, "A", layout.answer_header), layout)
        elif cells[:1] == ["Z"]:
            fields = Fields(number, cells, "Z", layout.answer_trailer)
            proof = _verified(fields, len(lines), digest.hexdigest())
        else:
            fields = Fields(number, cells, "R", layout.answer_line)
            line = _line(fields, layout)
            if line.key in lines:
                raise fields.wrong("charge_key", f"{line.key} is answered twice in this file")
            if header.status is FileStatus.REJECTED:
                raise FileError("answers a charge, but the whole file was rejected", line=number)
            lines[line.key] = line
        digest.update(raw)
    if header is None:
        raise FileError("the file is empty; it must begin with a header")
    if proof is None:
        raise TrailerError("the trailer is missing: the file was cut short; ask for it again")
    return AnswerFile(header, tuple(lines.values()), proof)


def _ordered(names: Sequence[str], texts: Mapping[str, str]) -> list[str]:
    return [texts[name] for name in names]


def _words_of(ours_by_theirs: Mapping[str, str]) -> dict[str, str]:
    """Ours to theirs; the first word that means it."""
    words: dict[str, str] = {}
    for theirs, ours in ours_by_theirs.items():
        words.setdefault(ours, theirs)
    return words


def _translated(fields: Fields, field: str, words: Mapping[str, str]) -> str:
    text = fields.text(field)
    if text not in words:
        raise fields.wrong(field, f"{text!r} is not one of {', '.join(words)}")
    return words[text]


def _header(fields: Fields, layout: Layout) -> AnswerHeader:
    if fields.text("version") != VERSION:
        raise fields.wrong("version", f"{fields.text('version')!r} is not version {VERSION}")
    status = FileStatus(_translated(fields, "status", layout.file_statuses))
    rejected = status is FileStatus.REJECTED
    if not rejected and fields.text("reason"):
        raise fields.wrong("reason", "an accepted file has no reason; leave it empty")
    return AnswerHeader(
        merchant=fields.text("merchant"),
        file_seq=fields.number("file_seq"),
        status=status,
        reason=fields.choice("reason", FileReason) if rejected else None,
    )


def _line(fields: Fields, layout: Layout) -> AnswerLine:
    status = LineStatus(_translated(fields, "status", layout.line_statuses))
    reason, bill_month = None, fields.month("bill_month")
    operator_ref = fields.text("operator_ref")
    if status is LineStatus.ACCEPTED:
        if fields.text("reason"):
            raise fields.wrong("reason", "an accepted line has no reason; leave it empty")
        if not operator_ref:
            raise fields.wrong("operator_ref", "an accepted line names the operator's number")
        if bill_month is None:
            raise fields.wrong("bill_month", "an accepted line names its bill as YYYY-MM")
    elif status is LineStatus.REJECTED or fields.text("reason"):
        reason = Reason(_translated(fields, "reason", layout.reasons))
    return AnswerLine(
        key=fields.text("charge_key"),
        status=status,
        reason=reason,
        operator_ref=operator_ref,
        bill_month=bill_month,
    )


def _verified(fields: Fields, count: int, sha256_found: str) -> str:
    if fields.number("count") != count:
        raise TrailerError(
            f"the trailer says {fields.text('count')} lines, there are {count}",
            line=fields.line,
            field="count",
        )
    if fields.text("sha256") != sha256_found:
        raise TrailerError(
            "does not fit the lines above it; the file is damaged, ask for it again",
            line=fields.line,
            field="sha256",
        )
    return sha256_found
