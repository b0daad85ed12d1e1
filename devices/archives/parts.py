"""The files inside an archive: one file, a folder, or a zip whose contents are never written out.

Sizes are counted while inflating: what a zip says of itself is no promise.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from devices.archives.found import Refused

MOST_PARTS = 10_000
HEAD = 64 * 1024
# An export of many years is some gigabytes; it is read as a stream, so this bounds time alone.
LARGEST = 32 * 2**30
# Repetitive XML shrinks to a thirtieth. Deflate's limit, which bombs come close to, is 1:1032.
LARGEST_RATIO = 200
RATIO_COUNTS_FROM = 50 * 2**20
ZIP_MARK = b"PK\x03\x04"
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive; `name` is how messages call it."""

    name: str
    _open: Callable[[], BinaryIO]

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Its bytes, from the first one. Raises Refused when they cannot be had."""
        try:
            with self._open() as stream:
                yield stream
        except OSError as error:
            raise Refused(f"{self.name} cannot be read: {error.strerror or error}.") from error

    def head(self) -> bytes:
        """Its first bytes."""
        with self.opened() as stream:
            return stream.read(HEAD)


def parts_of(path: Path) -> list[Part]:
    """The files of an archive, by name. Raises Refused for what is none."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return _bounded([_of_file(file, str(file.relative_to(path))) for file in files])
    alone = _of_file(path, path.name)
    if not alone.head().startswith(ZIP_MARK):
        return [alone]
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.filename)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused(f"{path.name} is a damaged zip ({error}): export it again.") from error
    return _bounded([_of_member(path, member) for member in members if not member.is_dir()])


def _bounded(parts: list[Part]) -> list[Part]:
    if len(parts) > MOST_PARTS:
        raise Refused(f"{len(parts)} files: no export has so many. Bring the export alone.")
    return parts


def _of_file(path: Path, name: str) -> Part:
    return Part(_printable(name), lambda: path.open("rb"))


def _of_member(path: Path, member: zipfile.ZipInfo) -> Part:
    name = _printable(member.filename)

    def inflating() -> BinaryIO:
        archive = zipfile.ZipFile(path)
        try:
            stream = archive.open(member)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError) as error:
            archive.close()
            raise Refused(f"{name} cannot be taken out of the zip: {error}.") from error
        return io.BufferedReader(_Inflating(name, archive, stream, member.compress_size), HEAD)

    return Part(name, inflating)


def _printable(name: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in name)
    return shown if len(shown) <= LONGEST_NAME else f"…{shown[-LONGEST_NAME:]}"


class _Inflating(io.RawIOBase):
    """A zip's member, counted."""

    def __init__(self, name: str, archive: zipfile.ZipFile, stream: IO[bytes], packed: int) -> None:
        self._name, self._archive, self._stream = name, archive, stream
        self._packed, self._read = max(packed, 1), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            piece = self._stream.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise Refused(
                f"{self._name} is damaged after {self._read:,} bytes ({error}): export it again."
            ) from error
        self._read += len(piece)
        bomb = self._read > max(RATIO_COUNTS_FROM, LARGEST_RATIO * self._packed)
        if bomb or self._read > LARGEST:
            raise Refused(
                f"{self._name} inflates to more than {self._read:,} bytes: that is no export."
            )
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._archive.close()
        super().close()
