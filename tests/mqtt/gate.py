"""A gate on the way to the database, which a test shuts and opens."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from django.db import connection

from benchmarks._stage import url


class Gate:
    """Listens where PostgreSQL would, in a folder of its own, and passes everything on."""

    def __init__(self, folder: Path) -> None:
        parameters = connection.get_connection_params()
        self._port = str(parameters.get("port") or 5432)
        self._host = str(parameters.get("host") or "/var/run/postgresql")
        self._path = folder / f".s.PGSQL.{self._port}"
        self._open: list[socket.socket] = []
        self._listening: socket.socket | None = None
        self.url = url().split("?")[0] + "?" + self._query(folder)

    def _query(self, folder: Path) -> str:
        pairs = [p for p in url().partition("?")[2].split("&") if not p.startswith("host=")]
        return "&".join([*pairs, f"host={folder}"])

    def open(self) -> None:
        """Let connections through."""
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._path))
        self._listening.listen()
        Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def shut(self) -> None:
        """Break what is connected, in the middle of whatever it does, and refuse what comes."""
        assert self._listening is not None
        self._path.unlink()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._listening = None
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listening.accept()
                there = self._database()
                self._open += [here, there]
                for one, other in ((here, there), (there, here)):
                    Thread(target=_pass_on, args=(one, other), daemon=True).start()

    def _database(self) -> socket.socket:
        if not self._host.startswith("/"):
            return socket.create_connection((self._host, int(self._port)))
        there = socket.socket(socket.AF_UNIX)
        there.connect(f"{self._host}/.s.PGSQL.{self._port}")
        return there


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


@contextmanager
def gate() -> Iterator[Gate]:
    """An open gate; shut at the end."""
    with TemporaryDirectory() as folder:
        made = Gate(Path(folder))
        made.open()
        yield made
        if made._listening is not None:
            made.shut()
