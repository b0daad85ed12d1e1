"""The parent of the embedded PostgreSQL. A script of its own, standard library only.

    python -I -S keeper.py SPEC        SPEC: JSON, see `Spec`

It starts the server, starts it again when it was killed, and stops it when the last process
that uses it is gone, whether that one left or was killed. It lives in its own session, so the
Ctrl-C of a terminal does not reach it.

Who lives is asked of locks, never of numbers: users share `users.lock`; PostgreSQL's processes
inherit `server.lock`, so an orphaned one still counts; the keeper holds `keeper.lock`. If the
keeper itself is killed, the server goes on and the next user starts a keeper that adopts it.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

UNUSED, DIED, TOLD_TO_STOP = "unused", "died", "told to stop"
# Killed more often than this within the window, something keeps killing it.
MOST_DEATHS, DEATHS_WINDOW = 10, 30.0
ORPHANS_GRACE = 5.0
LARGEST_LOG = 8 * 1024 * 1024


@dataclass(frozen=True)
class Spec:
    """What to keep. Paths are absolute."""

    command: list[str]
    environment: dict[str, str]
    data: str
    sockets: str
    log: str
    users_lock: str
    keeper_lock: str
    server_lock: str


class Keeper:
    """Starts, restarts and stops one server."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.events: SimpleQueue[str] = SimpleQueue()
        self.child: subprocess.Popen[bytes] | None = None
        self.server_lock = _open(spec.server_lock)
        self.deaths: list[float] = []

    def run(self) -> int:
        """Keep the server until nobody uses it. Returns the process's exit status."""
        signal.signal(signal.SIGTERM, lambda *_: self.events.put(TOLD_TO_STOP))
        if _try_lock(self.server_lock):
            self._start()
        else:
            self._watch()
        threading.Thread(target=self._wait_until_unused, daemon=True).start()
        while True:
            event = self.events.get()
            if event != DIED:
                self._stop()
                return 0
            if not self._may_restart():
                return 1
            self._start()

    def _start(self) -> None:
        """Start the server; the server lock must be held, and passes to the server."""
        self._clear_leftovers()
        with open(self.spec.log, "ab", buffering=0) as log:
            self.child = subprocess.Popen(  # nosec B603 # no shell, our own words
                self.spec.command,
                cwd="/",
                env=self.spec.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[self.server_lock],
            )
        # Only the server's own processes hold the lock from here on.
        os.close(self.server_lock)
        self.server_lock = _open(self.spec.server_lock)
        self._watch()

    def _watch(self) -> None:
        threading.Thread(
            target=self._wait_until_dead, args=(self.child, self.server_lock), daemon=True
        ).start()

    def _wait_until_dead(self, child: "subprocess.Popen[bytes] | None", lock: int) -> None:
        """Take the server lock once the server and everything it started are gone."""
        if child is not None:
            child.wait()
        orphaned_since = None
        while not _try_lock(lock):
            if self._postmaster() is None:
                orphaned_since = orphaned_since or time.monotonic()
                if time.monotonic() - orphaned_since > ORPHANS_GRACE:
                    self._kill_orphans()
            time.sleep(0.05 if orphaned_since else 0.5)
        self.events.put(DIED)

    def _wait_until_unused(self) -> None:
        fcntl.flock(_open(self.spec.users_lock), fcntl.LOCK_EX)
        self.events.put(UNUSED)

    def _may_restart(self) -> bool:
        """A server that was killed starts again; one that ended by itself has a reason, which
        is in its log."""
        if self.child is not None and self.child.returncode >= 0:
            return False
        now = time.monotonic()
        self.deaths = [then for then in self.deaths if now - then < DEATHS_WINDOW] + [now]
        return len(self.deaths) <= MOST_DEATHS

    def _stop(self) -> None:
        """Stop the server: quickly but in order, then at once, then by force."""
        for how, patience in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            process = self._postmaster()
            if process is not None:
                os.kill(process, how)
            try:
                while self.events.get(timeout=patience) != DIED:
                    pass
                return
            except Empty:
                continue

    def _clear_leftovers(self) -> None:
        """Remove what a killed server left behind; nobody of it lives, the server lock says.

        PostgreSQL would find a stale `postmaster.pid` harmless only until another process got
        its number. A server that somebody started by hand on these files is left alone.
        """
        if self._postmaster() is not None:
            return
        Path(self.spec.data, "postmaster.pid").unlink(missing_ok=True)
        for leftover in Path(self.spec.sockets).glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)

    def _postmaster(self) -> int | None:
        """The number of the server's first process, if that lives."""
        try:
            number = int(Path(self.spec.data, "postmaster.pid").read_text("ascii").split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return number if self._is_server_process(number) else None

    def _is_server_process(self, number: int) -> bool:
        try:
            os.kill(number, 0)
        except OSError:
            return False
        try:
            # A process that has ended but was not waited for still has its number.
            status = Path(f"/proc/{number}/stat").read_text("ascii", "replace")
            if status.rpartition(")")[2].split()[0] == "Z":
                return False
            return os.readlink(f"/proc/{number}/cwd") == self.spec.data
        except OSError:
            return True  # no /proc, or not allowed to look: believe the file

    def _kill_orphans(self) -> None:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(entry / "cwd") == self.spec.data:
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _turn_log(path: str) -> None:
    """Keep one older log beside the current one."""
    if os.path.exists(path) and os.path.getsize(path) > LARGEST_LOG:
        os.replace(path, path + ".1")


def main(argument: str) -> int:
    """Become the keeper, unless there is one. The caller's child exits at once, so that the
    keeper is nobody's child to wait for or to signal."""
    spec = Spec(**json.loads(argument))
    lock = _open(spec.keeper_lock)
    until = time.monotonic() + 2.0
    while not _try_lock(lock):  # somebody may be asking at this moment whether it is held
        if time.monotonic() > until:
            return 0
        time.sleep(0.01)
    if os.fork() != 0:
        return 0
    _turn_log(spec.log)
    return Keeper(spec).run()


if __name__ == "__main__":
    os._exit(main(sys.argv[1]))
