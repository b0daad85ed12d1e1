"""Celery over PGMQ in the embedded server: what a killed worker had comes back."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from healthcare.runtime.broker import VISIBILITY_TIMEOUT, celery_broker
from healthcare.runtime.places import Places
from healthcare.runtime.postgres import Server
from healthcare.runtime.queue_schema import install
from healthcare.walls.owning import as_owner

from .conftest import PROJECT, eventually, kill, postmaster

PROBE = "tests.unit.healthcare.runtime.probe"


@pytest.fixture
def environment(root: Path) -> dict[str, str]:
    """The project on the throw-away server of this test."""
    outside = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "PYTEST_ADDOPTS"}}
    outside.pop("CELERY_BROKER_URL", None)
    return {
        **outside,
        "MIMAMORI_VAR": str(root.parent),
        "DJANGO_SETTINGS_MODULE": "healthcare.settings",
    }


@pytest.fixture
def run(environment: dict[str, str], server: Server) -> Callable[..., None]:
    """Run a Python command to its end. The server is held meanwhile, so that it stays up."""
    server.use()

    def run(*command: str) -> None:
        subprocess.run([sys.executable, *command], cwd=PROJECT, env=environment, check=True)

    return run


@pytest.fixture
def work(environment: dict[str, str]) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Start workers, each with its children in a session of its own."""
    workers: list[subprocess.Popen[bytes]] = []

    def work() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "celery", "-A", PROBE, "worker", "--concurrency", "1"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        workers.append(
            subprocess.Popen(
                [*command, *quiet], cwd=PROJECT, env=environment, start_new_session=True
            )
        )
        return workers[-1]

    yield work
    for worker in workers:
        if worker.poll() is None:
            kill_all_of(worker)


def kill_all_of(worker: "subprocess.Popen[bytes]") -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(timeout=90)


def test_tasks_outlive_their_worker_and_their_broker(
    root: Path,
    server: Server,
    run: Callable[..., None],
    work: Callable[[], "subprocess.Popen[bytes]"],
) -> None:
    notes, done = root.parent / "notes", root.parent / "done"

    def noted() -> list[str]:
        return notes.read_text().split() if notes.exists() else []

    run("manage.py", "migrate", "runtime", "--verbosity", "0")
    run("-m", PROBE, str(notes), str(done))
    first = work()
    assert eventually(lambda: noted() == ["begin"])
    kill_all_of(first)  # in the middle of the task
    work()
    assert eventually(lambda: noted() == ["begin", "begin"])
    kill(postmaster(Places(root)))  # the broker, under a worker that holds a task
    server.ensure()
    done.touch()
    assert eventually(lambda: "end" in noted())
    again = root.parent / "again"
    run("-m", PROBE, str(again), str(done))
    assert eventually(lambda: again.exists() and again.read_text().split() == ["begin", "end"])
    assert eventually(lambda: messages(server) == 0)


def messages(server: Server) -> int:
    """How many messages wait or are being worked on."""
    found = server.use()
    with psycopg.connect(
        host=found["HOST"], password=found["PASSWORD"], user="mimamori", dbname="mimamori"
    ) as connection:
        row = connection.execute("SELECT count(*) FROM pgmq.q_celery").fetchone()
    return int(row[0]) if row else 0


@pytest.mark.django_db
def test_the_schema_is_there_after_migrating_and_installing_it_again_changes_nothing() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE pronamespace = 'pgmq'::regnamespace")
        before = cursor.fetchone()
        with connection.schema_editor() as editor:
            install(None, editor)
        cursor.execute("SELECT count(*) FROM pg_proc WHERE pronamespace = 'pgmq'::regnamespace")
        assert cursor.fetchone() == before
        assert before[0] > 50


def test_without_a_url_the_queue_is_in_postgresql() -> None:
    settings = celery_broker({})
    options = settings["broker_transport_options"]
    assert settings["broker_transport"] == "healthcare.runtime.pgmq_transport:Transport"
    assert options["visibility_timeout"] == VISIBILITY_TIMEOUT <= 60
    assert "password" not in str(settings)


@pytest.mark.parametrize("url", ["redis://localhost:6379/0", "rediss://:pw@cache:6380/1"])
def test_redis_gives_a_killed_workers_tasks_back_soon(url: str) -> None:
    settings = celery_broker({"CELERY_BROKER_URL": url})
    options = settings["broker_transport_options"]
    assert settings["broker_url"] == url
    assert options["visibility_timeout"] <= 60
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 5


def test_rabbitmq_returns_them_by_itself() -> None:
    url = "amqp://guest:guest@localhost//"
    assert celery_broker({"CELERY_BROKER_URL": url})["broker_url"] == url


@pytest.mark.parametrize("url", ["localhost", "sqs://", "redis//x"])
def test_another_broker_is_refused_in_words(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CELERY_BROKER_URL: it must begin with"):
        celery_broker({"CELERY_BROKER_URL": url})
