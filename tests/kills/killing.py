"""Kills what the site consists of, without warning, while it works."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from tests.kills.site import Cluster, Web

WEB_EVERY = 2.0
POSTGRES_EVERY = 7.0
POSTGRES_TIMES = 6
# So many posts since the last kill, and the site is at work again.
UNDER_WAY = 20
# A machine too busy to bring anything back gets this long before the suite gives up.
MOST = 240.0


class Killer(Thread):
    """Kills a web worker every two seconds, PostgreSQL six times, and one of its backends once.

    Whoever is killed has worked: nothing is killed before something was acknowledged since the
    last kill, so a busy machine only takes longer. `progress` counts what was.
    """

    def __init__(self, cluster: Cluster, web: Web, progress: Callable[[], int]) -> None:
        super().__init__(daemon=True)
        self._cluster, self._web, self._progress = cluster, web, progress
        self.killed: Counter[str] = Counter()
        self.took = 0.0
        self.failed: BaseException | None = None

    def run(self) -> None:
        began = time.monotonic()
        try:
            self._kill(began)
        except BaseException as error:
            self.failed = error
        self.took = time.monotonic() - began

    def _kill(self, began: float) -> None:
        web_at, postgres_at = began + WEB_EVERY, began + POSTGRES_EVERY
        seen = self._progress()
        while self.killed["PostgreSQL"] < POSTGRES_TIMES or not self.killed["backends"]:
            now = time.monotonic()
            if now - began > MOST:
                raise TimeoutError(f"After {MOST:g} s only this was killed: {self.killed}")
            done = self._progress() - seen
            if now >= postgres_at:
                # While it is due no worker dies: somebody has to be there who misses it.
                if done >= UNDER_WAY:
                    self._kill_postgres()
                    web_at, postgres_at = now + WEB_EVERY, now + POSTGRES_EVERY
                    seen = self._progress()
            elif now >= web_at and done:
                self._kill_worker()
                web_at = max(web_at + WEB_EVERY, now + WEB_EVERY / 2)
                seen = self._progress()
            time.sleep(0.02)

    def _kill_worker(self) -> None:
        workers = self._web.workers()
        if workers:
            self._send(workers[0], "web workers")

    def _kill_postgres(self) -> None:
        """The fourth time it is only one of its backends, which costs everybody's connection."""
        if self.killed["PostgreSQL"] == POSTGRES_TIMES // 2 and not self.killed["backends"]:
            for number in self._cluster.backends()[:1]:
                self._send(number, "backends")
            return
        with suppress(OSError, ValueError, IndexError):
            self._send(self._cluster.postmaster(), "PostgreSQL")

    def _send(self, number: int, what: str) -> None:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
            self.killed[what] += 1
