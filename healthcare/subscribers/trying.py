"""A sample read as an import would read it, and nothing stored: what a mapping is tested on."""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from healthcare.subscribers.loading.cells import Setting, escaped
from healthcare.subscribers.loading.choosing import layout_of, newest, setting_of
from healthcare.subscribers.loading.columns import Column, ColumnReader
from healthcare.subscribers.loading.definitions import layout_of as defined
from healthcare.subscribers.loading.encodings import ENCODINGS
from healthcare.subscribers.loading.layouts import Form, Layout
from healthcare.subscribers.loading.reading import (
    Record,
    confirm_utf8,
    cut,
    opened,
    positions_in,
)
from healthcare.subscribers.models import Operator

ROWS = 10


@dataclass(frozen=True, slots=True)
class TriedCell:
    """A cell as the file has it and as it would be read; `problem` says why it cannot be."""

    name: str
    written: str
    value: str
    code: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row of the sample. `problem` is about the row as a whole; then it has no cells."""

    line: int
    cells: tuple[TriedCell, ...]
    problem: str = ""

    @property
    def fits(self) -> bool:
        """Whether it would not be rejected."""
        return not self.problem and not any(cell.problem for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sample:
    """The header of a file and its first rows, each with its line."""

    header: tuple[str, ...]
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The first rows of a file. `names` are the columns of ours that it brings, in our order."""

    header: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[TriedRow, ...]


def try_upload(
    file: BinaryIO,
    *,
    operator: Operator,
    mapping: str | None = None,
    definition: object = None,
    encoding: str | None = None,
    now: datetime,
) -> Trial:
    """Try a file that came over HTTP on a saved mapping, or on a definition that is not saved.

    Raises:
        FileRefused: the mapping is not known, or the file cannot be read by it.
        MappingRefused: the definition describes no layout.
    """
    setting = setting_of(operator, now=now)
    if mapping is not None:
        layout = layout_of(newest(operator, mapping), operator, now=now)
    else:
        layout = defined(definition, name="", setting=setting)
    with _stored(file) as path:
        return try_file(path, layout=layout, encoding=encoding, setting=setting)


def try_file(path: Path, *, layout: Layout, encoding: str | None = None, setting: Setting) -> Trial:
    """Read the first rows of a file by a layout; a trailer is seen only if it comes that early.

    Raises:
        FileRefused: the file cannot be read by this layout.
    """
    if encoding is None:
        confirm_utf8(path, layout.form)
    with opened(path, encoding=encoding, columns=layout.columns, form=layout.form) as file:
        sample = Sample(file.header, tuple(islice(file.records(), ROWS)))
        return try_sample(sample, layout=layout, setting=setting)


def try_sample(sample: Sample, *, layout: Layout, setting: Setting) -> Trial:
    """Try rows that were cut out of a file before.

    Raises:
        FileRefused: the header does not fit this layout.
    """
    positions = positions_in(sample.header, layout.columns, layout.form)
    present = [each for each in layout.columns if each.name in positions]
    return Trial(
        header=sample.header,
        names=tuple(column.name for column in present),
        rows=_tried(sample.records, sample.header, present, positions, setting),
    )


def sample_of(file: BinaryIO, *, form: Form) -> Sample:
    """The header and the first rows of a file that came over HTTP, whatever columns it has.

    Raises:
        FileRefused: it cannot be cut into rows; where neither the caller nor the form says an
            encoding and it is not UTF-8, with the ways to read it.
    """
    # A sample may be the beginning of a file, so nothing is asked of its trailer.
    loose = replace(form, trailer=None)
    with _stored(file) as path:
        confirm_utf8(path, loose)
        with cut(path, encoding=None, form=loose) as (found, _):
            mark = form.trailer.mark if form.trailer else None
            rows = (each for each in found.records() if each[1][0].strip() != mark)
            return Sample(found.header, tuple(islice(rows, ROWS)))


@contextmanager
def _stored(file: BinaryIO) -> Iterator[Path]:
    """An upload at a path, for as long as it is looked at: it holds names."""
    with tempfile.NamedTemporaryFile() as stored:
        shutil.copyfileobj(file, stored)
        stored.flush()
        yield Path(stored.name)


def _tried(
    records: Iterable[Record],
    header: Sequence[str],
    present: Sequence[Column],
    positions: dict[str, int],
    setting: Setting,
) -> tuple[TriedRow, ...]:
    readers = [ColumnReader(column, setting) for column in present]
    tried = []
    for line, record in records:
        if len(record) != len(header):
            text = f"Has {len(record)} columns, the header {len(header)}: correct it."
            tried.append(TriedRow(line, (), text))
            continue
        found = (_cell(reader, record[positions[reader.column.name]]) for reader in readers)
        tried.append(TriedRow(line, tuple(found)))
    return tuple(tried)


def _cell(reader: ColumnReader, cell: str) -> TriedCell:
    (value,) = reader.read([cell])
    wrong = reader.wrong.get(cell)
    written = cell if reader.column.constant is None else ""
    name = reader.column.name
    if wrong is None:
        return TriedCell(name, written, value)
    return TriedCell(name, written, value, wrong.code, str(wrong))


def template_of(layout: Layout) -> tuple[bytes, str]:
    """An empty file of a layout to fill in, and the name of its character set.

    It has the layout's own columns, delimiter and encoding; UTF-8 with a byte order mark, by which
    a spreadsheet knows it. Lines above the header are empty, and a trailer counts no rows. Where
    no line names the columns there is nothing to fill in, and the file is empty.
    """
    form = layout.form
    out = io.StringIO()
    writer = csv.writer(out, delimiter=form.delimiter, lineterminator="\r\n")
    if form.header_lines:
        out.write("\r\n" * (form.header_lines - 1))
        writer.writerow([escaped(name) for name in layout.sources])
    if form.trailer is not None:
        writer.writerow([form.trailer.mark, *[""] * (form.trailer.count_in - 2), "0"])
    encoding = form.encoding or "utf-8"
    charset = "utf-8" if encoding == "utf-8-sig" else encoding
    return out.getvalue().encode(ENCODINGS[encoding]), charset
