"""The embedded server: shared, killed, hidden behind closed folders and long paths."""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from healthcare.runtime import accounts, cluster, locks
from healthcare.runtime.places import SOCKET_NAME, Places, ServerError, wheel_programs
from healthcare.runtime.postgres import Server

from .conftest import User, copy_cluster, eventually, is_alive, is_down, kill, postmaster


def connect(server: Server, **changes: Any) -> psycopg.Connection[Any]:
    found = server.use()
    return psycopg.connect(
        **{
            "host": found["HOST"],
            "port": found["PORT"],
            "password": found["PASSWORD"],
            "user": "mimamori",
            "dbname": "mimamori",
            **changes,
        }
    )


def ask(server: Server, sql: str) -> Any:
    with connect(server) as connection:
        row = connection.execute(sql).fetchone()
    return row[0] if row else None


def test_it_is_postgresql_18_that_keeps_what_it_acknowledged(server: Server) -> None:
    assert ask(server, "SHOW server_version").startswith("18")
    assert ask(server, "SHOW fsync") == "on"
    assert ask(server, "SHOW synchronous_commit") == "on"
    assert int(ask(server, "SHOW max_connections")) >= 100


@pytest.mark.parametrize(("gibibytes", "cache"), [(0.25, 128), (1, 256), (8, 2048), (1024, 2048)])
def test_a_new_cluster_takes_a_quarter_of_the_memory_within_bounds(
    gibibytes: float, cache: int
) -> None:
    taken = cluster.shares(int(gibibytes * 2**30))
    assert taken == {"shared_buffers": f"{cache}MB", "effective_cache_size": f"{2 * cache}MB"}


@pytest.mark.parametrize(("allowed", "bounded"), [("max\n", False), (f"{2**28}\n", True)])
def test_a_container_has_the_memory_it_is_allowed(
    allowed: str, bounded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONTAINER", tmp_path / "none")
    machine = cluster.memory()
    (tmp_path / "memory.max").write_text(allowed)
    monkeypatch.setattr(cluster, "CONTAINER", tmp_path / "memory.max")
    assert cluster.memory() == (2**28 if bounded else machine)


def test_it_brings_what_the_migrations_need(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        connection.execute("CREATE EXTENSION pg_trgm")


def test_nobody_is_trusted_for_being_local(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(server, password="guessed")
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(server, user="postgres")
    assert ask(server, "SHOW listen_addresses") == ""
    password = server.places.password.stat()
    assert stat.S_IMODE(password.st_mode) == 0o600
    assert stat.S_IMODE(server.places.data.stat().st_mode) == 0o700


def test_the_last_user_stops_it(server: Server, user: Callable[..., User]) -> None:
    server.use()
    other = user()
    other.ready()
    running = postmaster(server.places)
    server.leave()
    assert is_alive(running)
    other.leave()
    assert not is_alive(running)
    assert is_down(server.places)


def test_a_killed_last_user_stops_it_too(server: Server, user: Callable[..., User]) -> None:
    only = user()
    only.ready()
    only.kill()
    assert eventually(lambda: is_down(server.places))


def test_a_forked_worker_keeps_it_up_only_while_it_lives(
    server: Server, user: Callable[..., User]
) -> None:
    parent = user("fork")
    worker, _ = parent.ready()
    running = postmaster(server.places)
    parent.kill()
    assert is_alive(worker)
    assert is_alive(running)
    assert not locks.is_free(server.places.users_lock)
    kill(worker)
    assert eventually(lambda: is_down(server.places))


def test_processes_that_start_it_together_share_one(root: Path, user: Callable[..., User]) -> None:
    users = [user() for _ in range(5)]
    for each in users:
        each.ready()
    running = postmaster(Places(root))
    for each in users[:-1]:
        each.leave()
    assert is_alive(running)
    users[-1].leave()
    assert is_down(Places(root))


def test_a_killed_server_comes_back_with_all_it_acknowledged(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    for round_ in range(3):
        with connect(server) as connection:
            connection.execute("INSERT INTO kept VALUES (%s)", [round_])
        killed = postmaster(server.places)
        kill(killed)
        assert eventually(lambda killed=killed: not is_alive(killed))
        server.ensure()
    assert ask(server, "SELECT count(*) FROM kept") == 3


def test_a_killed_backend_costs_a_reconnect(server: Server) -> None:
    with connect(server) as connection:
        backend = connection.info.backend_pid
        kill(backend)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    server.ensure()
    # PostgreSQL may notice the death of its child after our look; then it recovers by itself.
    assert eventually(lambda: answers(server))


def answers(server: Server) -> bool:
    try:
        return bool(ask(server, "SELECT 1") == 1)
    except psycopg.OperationalError:
        return False


def test_a_killed_keeper_is_replaced_and_the_server_still_stops(
    server: Server, user: Callable[..., User]
) -> None:
    server.use()
    running = postmaster(server.places)
    kill(parent_of(running))
    assert eventually(lambda: locks.is_free(server.places.keeper_lock))
    kill(running)
    assert eventually(lambda: not is_alive(running))
    server.ensure()
    assert ask(server, "SELECT 1") == 1
    adopted = postmaster(server.places)
    kill(parent_of(adopted))
    assert eventually(lambda: locks.is_free(server.places.keeper_lock))
    other = user()
    other.ready()
    assert postmaster(server.places) == adopted
    kill(keeper_of(server.places))
    other.leave()
    server.leave()
    assert is_down(server.places)


def keeper_of(places: Places) -> int:
    """An adopted server is not its keeper's child, so the keeper is known by its command."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(part.endswith(b"keeper.py") for part in command) and any(
            os.fsencode(places.keeper_lock) in part for part in command
        ):
            return int(entry.parent.name)
    raise AssertionError("no keeper")


def parent_of(number: int) -> int:
    return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])


def test_leftovers_of_a_killed_server_are_in_nobodys_way(
    root: Path, user: Callable[..., User]
) -> None:
    places = Places(root)
    only = user()
    only.ready()
    running = postmaster(places)
    kill(parent_of(running))
    kill(running)
    only.kill()
    assert eventually(lambda: locks.is_free(places.server_lock))
    # The number of the dead server now belongs to a process that lives: this one.
    lines = (places.data / "postmaster.pid").read_text().splitlines()
    (places.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    socket_lock = places.sockets / f"{SOCKET_NAME}.lock"
    assert socket_lock.exists()
    server = Server(places)
    assert ask(server, "SELECT 1") == 1
    server.leave()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(server: Server) -> None:
    with (server.places.data / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = lots\n")
    with pytest.raises(ServerError, match=r"shared_buffers.*lots"):
        server.use()


def test_data_of_another_version_is_left_alone_and_named(server: Server) -> None:
    version = server.places.data / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(ServerError, match=r"data is of PostgreSQL 17.*running\.md"):
        server.use()
    version.write_text("18\n")
    assert ask(server, "SELECT 1") == 1


@pytest.fixture
def long_root(folder: Path, template: Path) -> Iterator[Path]:
    path = folder.joinpath(*["a-long-name-for-a-folder"] * 5, "postgres")
    copy_cluster(template, path)
    yield path
    shutil.rmtree(Places(path).sockets, ignore_errors=True)


def test_a_clone_with_a_long_path_gets_a_short_socket(long_root: Path) -> None:
    server = Server(Places(long_root))
    try:
        assert len(os.fsencode(long_root)) > 107
        assert ask(server, "SELECT 1") == 1
        assert stat.S_IMODE(server.places.sockets.stat().st_mode) == 0o700
        # A cleaner of temporary files takes it away: the next connection brings it back.
        shutil.rmtree(server.places.sockets)
        server.ensure()
        assert ask(server, "SELECT 1") == 1
    finally:
        server.leave()


def test_a_file_in_the_way_of_the_short_socket_is_named(long_root: Path) -> None:
    server = Server(Places(long_root))
    sockets = server.places.sockets
    sockets.write_text("somebody else's")
    try:
        with pytest.raises(ServerError, match=str(sockets)):
            server.use()
    finally:
        sockets.unlink()
        server.leave()


@pytest.fixture
def closed(folder: Path) -> Path:
    """A folder that only its owner may enter, where a clone lies."""
    path = folder / "closed"
    path.mkdir(mode=0o700)
    return path


def test_under_a_closed_folder_it_runs_without_any_right_of_root(
    folder: Path, closed: Path, template: Path
) -> None:
    places = Places(closed / "clone" / "var" / "postgres", folder / "state")
    copy_cluster(template, places.root)
    server = Server(places)
    try:
        assert ask(server, "SELECT 1") == 1
        assert_powerless(postmaster(places))
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert not places.state_directory.exists()
    finally:
        server.leave()


def test_without_namespaces_roots_data_lies_outside_and_is_linked(
    folder: Path, closed: Path
) -> None:
    places = Places(closed / "clone" / "var" / "postgres", folder / "state")
    server = Server(places, namespaces=False)
    try:
        assert ask(server, "SELECT 1") == 1
        assert_outside_if_root(places)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        server.leave()
    again = Server(places)
    try:
        assert ask(again, "SELECT 1") == 1, "the same data, on a system that has namespaces now"
    finally:
        again.leave()


def test_data_of_a_system_with_namespaces_moves_outside_when_they_are_gone(
    folder: Path, closed: Path, template: Path
) -> None:
    places = Places(closed / "clone" / "var" / "postgres", folder / "state")
    copy_cluster(template, places.root)
    server = Server(places, namespaces=False)
    try:
        assert ask(server, "SELECT count(*) FROM pg_database WHERE datname = 'mimamori'") == 1
        assert_outside_if_root(places)
    finally:
        server.leave()


def test_programs_that_only_root_can_reach_are_copied_for_the_system_user(
    folder: Path, closed: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = closed / ".venv" / "pginstall"
    shutil.copytree(wheel_programs().parent, hidden, symlinks=True)
    monkeypatch.setattr(accounts, "wheel_programs", lambda: hidden / "bin")
    places = Places(closed / "clone" / "var" / "postgres", folder / "state")
    copy_cluster(template, places.root)
    server = Server(places, namespaces=False)
    try:
        assert ask(server, "SELECT 1") == 1
        program = Path(os.readlink(f"/proc/{postmaster(places)}/exe"))
        at_home = folder / "state" if os.geteuid() == 0 else hidden
        assert program.is_relative_to(at_home)
    finally:
        server.leave()


def assert_outside_if_root(places: Places) -> None:
    assert_powerless(postmaster(places))
    assert places.outside == (os.geteuid() == 0)
    assert places.data.stat().st_uid != 0
    assert stat.S_IMODE(places.data.stat().st_mode) == 0o700


def assert_powerless(process: int) -> None:
    status = Path(f"/proc/{process}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == 0
    assert int(fields["CapPrm"], 16) == 0


def test_the_state_directory_is_told_apart_by_clone() -> None:
    one, two = Places(Path("/a/var/postgres")), Places(Path("/b/var/postgres"))
    assert one.state != two.state
    assert len(one.state.name) == len(hashlib.sha256().hexdigest()[:16])


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / "var").write_text("a file where a folder should be")
    with pytest.raises(ServerError, match=r"var.*DATABASE_URL"):
        Server(Places(folder / "var" / "postgres")).use()
