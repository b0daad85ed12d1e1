"""A file as its plain bytes: as it is, out of gzip, or out of a zip with one member.

What a file is, is told by its first bytes, never by its name. Compressed bytes are counted while
they inflate and never held: a small file that would fill the disk ends after a few megabytes.
"""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from healthcare.subscribers.loading.refusing import FileRefused

Kind = Literal["plain", "gzip", "zip"]

# Subscriber files shrink to between a half and a thirtieth; a bomb to less than a thousandth.
MOST_TIMES = 200
# So much a file may have whatever it shrank to, or small files of one row again and again are lost.
ALWAYS_ALLOWED = 16 * 1024 * 1024
MOST_BYTES = 8 * 1024 * 1024 * 1024
BUFFER = 1 << 18

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_END_OF_ZIP = struct.Struct("<4sHHHHIIH")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
SEND_AGAIN = "Nothing was taken in; make the file anew and send it again."


@dataclass(frozen=True, slots=True)
class Plain:
    """The plain bytes of a file, and the file itself, whose position says how far one is."""

    stream: BinaryIO
    raw: BinaryIO


@contextmanager
def opened_plain(path: Path) -> Iterator[Plain]:
    """The plain bytes of the file at `path`.

    Raises:
        FileRefused: it cannot be read, or is not what its first bytes say; also while it is read.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}.") from error
    with raw:
        match _kind(raw.peek(4)[:4]):
            case "gzip":
                with gzip.GzipFile(fileobj=raw) as inflating:
                    yield Plain(_counted(inflating, path, "gzip"), raw)
            case "zip":
                with _member(raw) as inflating:
                    yield Plain(_counted(inflating, path, "zip"), raw)
            case "plain":
                yield Plain(raw, raw)


def _kind(first: bytes) -> Kind:
    if first.startswith(_GZIP):
        return "gzip"
    if first in _ZIP:
        return "zip"
    return "plain"


def _counted(
    inflating: io.BufferedIOBase | zipfile.ZipExtFile | gzip.GzipFile, path: Path, kind: Kind
) -> BinaryIO:
    most = min(MOST_BYTES, ALWAYS_ALLOWED + MOST_TIMES * path.stat().st_size)
    return io.BufferedReader(_Inflating(inflating, most, kind), BUFFER)


class _Inflating(io.RawIOBase):
    """Inflates as it is read, counts, and says what is wrong in our words."""

    def __init__(self, stream: io.BufferedIOBase, most: int, kind: Kind) -> None:
        self._stream = stream
        self._left = most
        self._most = most
        self._kind = kind

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            # `read1` of a zip may give less than asked for, as a raw stream may.
            piece = self._stream.read1(len(buffer))
        except EOFError as error:
            raise FileRefused(
                f"The {self._kind} file ends too early: it was cut off on its way. {SEND_AGAIN}"
            ) from error
        except (OSError, zlib.error, zipfile.BadZipFile) as error:
            raise FileRefused(f"The {self._kind} file is damaged. {SEND_AGAIN}") from error
        self._left -= len(piece)
        if self._left < 0:
            raise FileRefused(
                f"The {self._kind} file inflates to more than {self._most:,} bytes, which no"
                " subscriber file of its size does. Nothing was taken in; send it unpacked, or in"
                " parts."
            )
        buffer[: len(piece)] = piece
        return len(piece)


def _member(raw: BinaryIO) -> zipfile.ZipExtFile:
    """The one member of a zip file, open."""
    _check_directory(raw)
    try:
        archive = zipfile.ZipFile(raw)
        (member,) = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileRefused(f"The zip file is damaged. {SEND_AGAIN}") from error
    if member.flag_bits & _ENCRYPTED:
        raise FileRefused("The zip file has a password: send it without, or as gzip.")
    if "/" in member.filename or "\\" in member.filename or member.filename.startswith("."):
        raise FileRefused(
            "The file in the zip file lies in a folder: put the file alone into the zip file."
        )
    if member.compress_type not in _METHODS:
        raise FileRefused("The zip file is packed in an unusual way: send it as an ordinary zip.")
    try:
        return archive.open(member)  # type: ignore[return-value]
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise FileRefused(f"The zip file is damaged. {SEND_AGAIN}") from error


def _check_directory(raw: BinaryIO) -> None:
    """Look at the end of the directory before it is read: it may name a million members."""
    size = raw.seek(0, io.SEEK_END)
    tail_size = min(size, _END_OF_ZIP.size + 0xFFFF)
    raw.seek(size - tail_size)
    tail = raw.read(tail_size)
    raw.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_OF_ZIP.size:
        raise FileRefused(f"The zip file ends too early: it was cut off on its way. {SEND_AGAIN}")
    _, disk, _, here, members, directory, _, _ = _END_OF_ZIP.unpack_from(tail, at)
    if disk or 0xFFFF in (here, members) or directory > 0xFFFF:
        raise FileRefused("The zip file is in parts, or larger than 4 GB: send it as gzip.")
    if members != 1 or here != 1:
        raise FileRefused(
            f"The zip file has {members} files in it: send each file in a zip of its own."
        )
