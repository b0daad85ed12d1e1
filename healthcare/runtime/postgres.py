"""The embedded PostgreSQL: there when somebody needs it, gone when nobody does.

    database(root)   makes sure that it runs for as long as this process lives

Any number of processes may use one server: `make serve`, tests, `manage.py`. Each shares a lock
until it ends, forked children included. `keeper.py` owns the server itself.
"""

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from psycopg import pq
from psycopg.conninfo import make_conninfo

from healthcare.runtime import cluster, locks, secrets
from healthcare.runtime.accounts import BARE_PYTHON, Account, check_owner, choose
from healthcare.runtime.keeper import Spec
from healthcare.runtime.places import PORT, SOCKET_NAME, Places, ServerError

KEEPER = Path(__file__).with_name("keeper.py")
FIRST_NOTICE, NEXT_NOTICE = 5.0, 15.0
STOP_PATIENCE = 90.0
# A server that cannot start says why the first time; a keeper that was killed meanwhile does not.
MOST_STARTS = 3

_servers: dict[Path, "Server"] = {}


def database(root: Path) -> dict[str, Any]:
    """Make sure that the server in `root` runs and stays up while this process lives.

    Returns HOST, PORT and PASSWORD as Django's DATABASES names them. Raises ServerError.
    """
    return server(root).use()


def server(root: Path) -> "Server":
    """The one Server object of this process for `root`."""
    return _servers.setdefault(root, Server(Places(root)))


class Server:
    """One embedded server, as one process sees it."""

    def __init__(self, places: Places, *, namespaces: bool = True) -> None:
        self.places = places
        self.namespaces = namespaces
        self.handle: int | None = None
        self.was_up = False
        self.guard = threading.Lock()
        os.register_at_fork(after_in_child=self._after_fork)

    def use(self) -> dict[str, Any]:
        """Hold the server and return where it is; start it the first time this process asks."""
        if not self.was_up or self.handle is None:
            self.ensure()
        return {
            "HOST": str(self.places.sockets),
            "PORT": str(PORT),
            "PASSWORD": secrets.kept(self.places.password),
        }

    def ensure(self) -> None:
        """Make sure that it answers now, for as long as its recovery takes."""
        with self.guard:
            self._hold()
            if not self._is_kept():
                with locks.exclusive(self.places.start_lock) as lock:
                    self._start(lock)
            self.was_up = True

    def tend(self) -> None:
        """Bring it back if it is gone with its keeper; cheap enough to ask every second."""
        if locks.is_free(self.places.keeper_lock):
            self.ensure()

    def answers(self) -> bool:
        """Whether the server accepts connections at this moment."""
        where = make_conninfo(
            host=str(self.places.sockets),
            port=PORT,
            dbname=cluster.DATABASE,
            user=cluster.OWNER,
            connect_timeout=5,
        )
        return pq.PGconn.ping(where.encode()) == pq.Ping.OK

    def _is_kept(self) -> bool:
        return self.answers() and not locks.is_free(self.places.keeper_lock)

    def leave(self) -> None:
        """Stop using the server. The last user waits until the keeper has stopped it."""
        if self.handle is None:
            return
        if locks.is_free(self.places.keeper_lock) and not locks.is_free(self.places.server_lock):
            # The keeper was killed: another one adopts the server, and stops it.
            with (
                contextlib.suppress(ServerError, OSError),
                locks.exclusive(self.places.start_lock) as lock,
            ):
                self._start_keeper(lock)
        os.close(self.handle)  # never LOCK_UN: a forked child may still use it
        self.handle = None
        until = time.monotonic() + STOP_PATIENCE
        while time.monotonic() < until and not locks.is_free(self.places.keeper_lock):
            used = not locks.is_free(self.places.users_lock)
            if used and not locks.is_exclusive(self.places.users_lock):
                return  # by others, who share it
            time.sleep(0.02)

    def _hold(self) -> None:
        if self.handle is not None:
            return
        root = self.places.root
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_owner(root)
            self.handle = locks.open_lock(self.places.users_lock)
        except OSError as error:
            raise ServerError(
                f"{error.filename or root}: {error.strerror}. The embedded PostgreSQL keeps its "
                "data there; make it a folder you can write to, or set DATABASE_URL."
            ) from error
        locks.share(self.handle)

    def _start(self, lock: int) -> None:
        """Start the server, or wait for the one that is starting. The start lock is held."""
        began, notice, starts = time.monotonic(), FIRST_NOTICE, 0
        while not self._is_kept():
            if locks.is_free(self.places.keeper_lock):
                if starts == MOST_STARTS:
                    raise ServerError(f"PostgreSQL did not start.\n{self._log_tail()}")
                self._start_keeper(lock)
                starts += 1
            self._replace_lost_socket()
            if time.monotonic() - began > notice:
                sys.stderr.write(
                    "Waiting for PostgreSQL to start; after a crash it recovers first ...\n"
                )
                notice += NEXT_NOTICE
            time.sleep(0.03)

    def _start_keeper(self, lock: int) -> None:
        places = self.places
        account = choose(places, namespaces=self.namespaces)
        cluster.create(places, account, lock=lock)
        account.make_folder(places.sockets)
        places.log.parent.mkdir(mode=0o700, exist_ok=True)
        self._keep_owner(account)
        spec = Spec(
            command=cluster.server_command(places, account),
            environment=cluster.ENVIRONMENT,
            data=str(places.data.resolve()),
            sockets=str(places.sockets),
            log=str(places.log),
            users_lock=str(places.users_lock),
            keeper_lock=str(places.keeper_lock),
            server_lock=str(places.server_lock),
        )
        with places.log.open("ab") as log:
            subprocess.run(  # nosec B603 # no shell, our own words
                [*BARE_PYTHON, KEEPER, json.dumps(asdict(spec))],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                check=False,  # whether it lives is asked of its lock
            )

    def _keep_owner(self, account: Account) -> None:
        """What root makes in another user's clone stays that user's."""
        places = self.places
        if places.outside or account.uid == os.geteuid():
            return
        for path in (places.log.parent, *places.log.parent.iterdir(), *places.root.glob("*.lock")):
            account.own(path)
        account.own(places.password)

    def _replace_lost_socket(self) -> None:
        """A cleaner of temporary files may take the socket of a long path away: then only a
        restart makes another."""
        try:
            lines = (self.places.data / "postmaster.pid").read_text("ascii").splitlines()
            ready = lines[7].strip() == "ready"
            if ready and not (self.places.sockets / SOCKET_NAME).exists():
                os.kill(int(lines[0]), signal.SIGINT)
        except (OSError, ValueError, IndexError):
            return

    def _log_tail(self) -> str:
        try:
            lines = self.places.log.read_text("utf-8", "replace").splitlines()[-12:]
        except OSError as error:
            return str(error)
        return "\n".join([f"The end of {self.places.log}:", *lines])

    def _after_fork(self) -> None:
        # Another thread may have held it when this process was forked.
        self.guard = threading.Lock()


@atexit.register
def _leave_all() -> None:
    for each in _servers.values():
        each.leave()
