"""NDJSON from the first line to the last in memory that does not grow with it.

The body lies in a temporary file before the transaction begins, because a client that sends slowly
must hold nobody up. It is taken in block by block, in one transaction, and so is its answer made.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from devices.api import bodies
from devices.ingesting.results import STATUSES, Result
from devices.wire import native
from devices.wire.batch import Batch, TooMany, Unreadable

BLOCK = 512 * 1024
IN_MEMORY = 1024 * 1024
MAX_LINES = 200_000


@contextmanager
def received(request: HttpRequest) -> Iterator[IO[bytes]]:
    """The body as a file for the block. Raises BadBody."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        for piece in bodies.pieces(request):
            file.write(piece)
        yield file


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Whole lines."""
    file.seek(0)
    rest = b""
    while len(piece := file.read(BLOCK)) == BLOCK:
        whole, found, after = (rest + piece).rpartition(b"\n")
        if found:
            yield whole
        rest = after
    if (rest + piece).strip():
        yield rest + piece


class Stream:
    """A body of lines and the answer to it, which is written down as it comes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._counts: Counter[str] = Counter()
        # Closed by the last piece of the answer, or with the answer that nobody fetched.
        self._written: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115

    def lines(self) -> int:
        """How many items there are. Raises TooMany."""
        self._file.seek(0)
        count = sum(1 for _ in islice((line for line in self._file if line.strip()), MAX_LINES + 1))
        if count > MAX_LINES:
            raise TooMany(count, most=MAX_LINES)
        return count

    def batches(self) -> Iterator[Batch]:
        """The items, some thousand at a time. Raises Unreadable."""
        if not self.lines():
            raise Unreadable("The body is empty: send an item a line.")
        for block in _blocks(self._file):
            batch = native.read_lines(block)
            if len(batch):
                yield batch

    def begin(self) -> None:
        """Forget what was written: the transaction begins anew."""
        self._counts.clear()
        self._written.seek(0)
        self._written.truncate()

    def add(self, results: Iterable[Result]) -> None:
        """The results of the next block, whose indices count from its first line."""
        done = self._counts.total()
        given = list(results)
        for result in given:
            result.index += done
        self._counts.update(result.status for result in given)
        listed = msgspec.json.encode(given)[1:-1]
        if listed:
            self._written.write(b"," + listed if done else listed)

    def response(self) -> HttpResponseBase:
        """As the answer to any other body: counts, then results."""
        counts = {status: self._counts[status] for status in STATUSES}
        head = msgspec.json.encode(counts)[:-1] + b',"results":['
        length = len(head) + self._written.tell() + len(b"]}")
        if length <= IN_MEMORY:
            return HttpResponse(b"".join(self._pieces(head)), content_type=native.JSON)
        answer = StreamingHttpResponse(self._pieces(head), content_type=native.JSON)
        answer["Content-Length"] = str(length)
        return answer

    def _pieces(self, head: bytes) -> Iterator[Any]:
        yield head
        self._written.seek(0)
        while piece := self._written.read(BLOCK):
            yield piece
        yield b"]}"
        self._written.close()
