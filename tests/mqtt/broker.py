"""Mosquitto on a free port of loopback, with a configuration and a memory of its own."""

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

MOSQUITTO = Path("/usr/sbin/mosquitto")
# Mosquitto writes what it was entrusted with to disk once a second at best, not with each message.
CONFIGURATION = """
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1
autosave_on_changes true
max_queued_messages 0
max_inflight_messages 100
log_dest file {folder}/mosquitto.log
"""


def until(condition: Callable[[], bool], *, within: float = 60.0) -> None:
    """Wait until it is true; fail when it is not in time."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {within:g} s")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Mosquitto:
    """One broker. It keeps its port and what it saved over a restart."""

    def __init__(self, folder: Path, configuration: str = CONFIGURATION, **words: str) -> None:
        # As root it would become another user, who may not write where pytest does.
        self.port = free_port()
        self._file = folder / "mosquitto.conf"
        text = configuration.format(port=self.port, folder=folder, **words)
        self._file.write_text(f"user root\n{text}")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen([MOSQUITTO, "-c", self._file])
        until(self._answers)

    def kill(self) -> None:
        """End it as a crash would: nothing is written any more."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it as its service manager would."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "mosquitto ended: see its log"
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", self.port)) == 0
