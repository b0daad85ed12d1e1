"""`manage.py mqtt_subscribe` as a process of its own, which can be killed."""

import os
import queue
import signal
import subprocess
import sys
from threading import Thread

from benchmarks._stage import url as database_url

STARTED_WITHIN = 60.0


class Process:
    """A running subscriber; subscribed once `ready` has returned."""

    def __init__(self, mqtt_url: str, *, database: str = "", dying: str = "") -> None:
        command = (
            ["-m", "tests.mqtt.dying", dying, mqtt_url]
            if dying
            else ["manage.py", "mqtt_subscribe", "--url", mqtt_url]
        )
        self.lines: list[str] = []
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, *command],
            env={
                **os.environ,
                "DATABASE_URL": database or database_url(),
                "PYTHONUNBUFFERED": "1",
                "LOG_LEVEL": "INFO",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line)
            if line.startswith("Subscribed"):
                self._said.put(line)

    def ready(self) -> "Process":
        """Wait until the broker has confirmed the subscription."""
        self._said.get(timeout=STARTED_WITHIN)
        return self

    def kill(self) -> None:
        """kill -9"""
        self._process.kill()
        self._process.wait()

    def ended(self) -> int:
        """Wait until it ends by itself; returns its status."""
        return self._process.wait(STARTED_WITHIN)

    def stop(self) -> int:
        """SIGTERM; returns the status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STARTED_WITHIN)
