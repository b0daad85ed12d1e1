"""A client that says over HTTP whatever it is told to, also what no library would send."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 30.0


class Answer(NamedTuple):
    """Status 0: the server closed the connection without a word."""

    status: int
    headers: str
    body: Any


def head(
    token: str, length: int | str, *, media_type: str = "application/json", **more: str
) -> bytes:
    lines = [
        "POST /api/v1/readings HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        f"Content-Length: {length}",
        *([f"Content-Type: {media_type}"] if media_type else []),
        *(f"{name.replace('_', '-')}: {value}" for name, value in more.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def say(port: int, words: bytes, *, hang_up: bool = False) -> Answer:
    """Send these bytes and read the answer; `hang_up` says at once that nothing more comes."""
    with connect(port) as line:
        line.sendall(words)
        if hang_up:
            line.shutdown(socket.SHUT_WR)
        return listen(line)


def listen(line: socket.socket) -> Answer:
    heard = b""
    while b"\r\n\r\n" not in heard:
        try:
            piece = line.recv(65536)
        except ConnectionError:
            piece = b""
        if not piece:
            return Answer(0, "", None)
        heard += piece
    said, _, body = heard.partition(b"\r\n\r\n")
    length = int(said.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    while len(body) < length and (piece := line.recv(65536)):
        body += piece
    return Answer(int(said.split(b" ", 2)[1]), said.decode("latin-1"), _tree(body))


def _tree(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def memory(number: int) -> int:
    """What a process holds in memory, in bytes."""
    return _field(number, "VmRSS")


@contextmanager
def peak(number: int) -> Iterator[list[int]]:
    """Puts into the list by how many bytes the process grew at most during the block."""
    grown: list[int] = []
    Path(f"/proc/{number}/clear_refs").write_text("5", "ascii")  # forget the peak before
    before = memory(number)
    yield grown
    grown.append(_field(number, "VmHWM") - before)


def _field(number: int, name: str) -> int:
    status = Path(f"/proc/{number}/status").read_text("ascii", "replace")
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def seconds(port: int, words: bytes) -> tuple[float, Answer]:
    began = time.perf_counter()
    answer = say(port, words)
    return time.perf_counter() - began, answer
