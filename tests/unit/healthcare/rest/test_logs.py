"""Log lines say what happened and where, and never about whom."""

import logging
import logging.config
import os
import subprocess
import sys
from typing import Any

import pytest
from celery import shared_task
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.urls import resolve
from django.views.debug import get_exception_reporter_class

from healthcare.accounts.models import User
from healthcare.rest.logs import HIDDEN, error_in_short, sifted
from healthcare.rest.reports import BareReporter
from healthcare.runtime.serve import programs
from tests.canaries import CANARIES, heard, sings
from tests.factories import UserFactory

ALL = " ".join(CANARIES.values())
logger = logging.getLogger("healthcare.tests")


@shared_task(name="tests.fails", bind=True, max_retries=1, ignore_result=True)
def fails(self: Any, text: str = "", again: bool = False) -> None:
    """A task that breaks over what it was given, as no task of the house may be."""
    held = text
    try:
        raise ValueError(f"cannot read {held}")
    except ValueError as error:
        if again and not self.request.retries:
            raise self.retry(exc=error, countdown=0) from error
        raise


@pytest.mark.parametrize("name", CANARIES)
def test_a_canary_is_heard_where_nothing_stops_it(name: str) -> None:
    """Else the silence of the other tests would say nothing."""
    assert sings(f"x {CANARIES[name]} y") == sings(CANARIES[name])
    assert name in sings(CANARIES[name])


def test_the_text_of_an_error_is_not_written() -> None:
    with heard() as lines:
        try:
            try:
                raise KeyError(ALL)
            except KeyError as error:
                raise RuntimeError(f"while at {ALL}") from error
        except RuntimeError:
            logger.exception("it broke")
    text = lines.getvalue()
    assert sings(text) == []
    assert "ERROR healthcare.tests it broke" in text
    assert "RuntimeError" in text
    assert "KeyError" in text
    assert f'File "{__file__}", line' in text


def test_errors_as_arguments_are_named_by_kind() -> None:
    with heard() as lines:
        logger.warning("gave up: %s", ValueError(ALL))
    assert lines.getvalue().strip().endswith("gave up: ValueError")


def test_postgresqls_detail_is_not_written(db: None) -> None:
    """`DETAIL: Key (username)=(...) already exists.`"""
    number = CANARIES["number"]
    UserFactory(username=number)
    with heard() as lines:
        with pytest.raises(IntegrityError, match="already exists") as raised, transaction.atomic():
            User.objects.create(username=number)
        logger.error("not stored", exc_info=raised.value)
    assert number in str(raised.value)
    text = lines.getvalue()
    assert sings(text) == []
    assert "SQLSTATE 23505 accounts_user" in text
    assert "username" in text  # the constraint says which rule it was


def test_statements_are_not_written_with_their_values(db: None, settings: Any) -> None:
    connection.force_debug_cursor = True
    try:
        with heard() as lines:
            assert not User.objects.filter(username=CANARIES["name"]).exists()
            logging.getLogger("django.db.backends").warning("still heard")
    finally:
        connection.force_debug_cursor = False
    assert sings(lines.getvalue()) == []
    assert "still heard" in lines.getvalue()


def test_what_the_installation_says_about_itself_is_written() -> None:
    assert "ALLOWED_HOSTS" in error_in_short(ImproperlyConfigured("set ALLOWED_HOSTS"))
    assert error_in_short(OSError(28, "x", ALL)) == "OSError: No space left on device"


@pytest.mark.parametrize(
    "text",
    [
        "report 12 built, 48213 bytes",
        "2026-11-25 10:00:00 partition 202611 made",
        "celery@host ready.",
        "Connected to pgmq://database//",
        "task reports.tasks.build_report[3f1c9a54-0b1e-4c53-9d4f-0a86c0f0a001] in 0.25s",
    ],
)
def test_the_sieve_leaves_what_helps(text: str) -> None:
    assert sifted(text) == text


@pytest.mark.parametrize(
    "name",
    ["name", "kana", "number", "number at home", "number in digits", "e-mail", "token"],
)
def test_the_sieve_takes_what_looks_like_a_person(name: str) -> None:
    assert sifted(f"for {CANARIES[name]}, again") == f"for {HIDDEN}, again"


@pytest.mark.parametrize("again", [False, True])
def test_a_failing_task_says_which_and_where_only(again: bool) -> None:
    with heard() as lines:
        fails.apply(args=[ALL], kwargs={"again": again})
    text = lines.getvalue()
    assert sings(text) == []
    assert "tests.fails" in text
    assert "ValueError" in text


@pytest.mark.parametrize(
    ("name", "message", "args"),
    [
        (
            "celery.worker.consumer.consumer",
            "Received unregistered task of type %s.\n%s",
            (ALL, ALL),
        ),
        ("celery.worker.consumer.consumer", "Can't decode message body: %r [%r]", (ALL, ALL)),
        ("celery.concurrency.base", "TaskPool: Apply %s (args:%r kwargs:%r)", (ALL, ALL, ALL)),
        ("celery.worker.strategy", "Task %(name)s received", {"name": "x", "args": ALL}),
        (
            "celery.app.trace",
            "Task %(name)s succeeded: %(return_value)s",
            {"name": "x", "return_value": ALL},
        ),
        ("django.request", "%s: %s", ("Not Found", f"/{ALL}")),
        ("django.security.csrf", "Forbidden (%s): %s", (ALL, f"/{ALL}")),
        ("django.server", '"%s" %s %s', (f"GET /{ALL} HTTP/1.1", "200", "12")),
    ],
)
def test_lines_of_others_lose_what_they_were_given(name: str, message: str, args: Any) -> None:
    level = logging.DEBUG if "concurrency" in name else logging.WARNING
    with heard() as lines:
        logging.getLogger(name).log(level, message, *((args,) if isinstance(args, dict) else args))
    assert sings(lines.getvalue()) == []
    assert name in lines.getvalue()


def test_a_request_is_named_by_its_route() -> None:
    request = RequestFactory().get("/my/invoices/7/", {"q": ALL})
    request.resolver_match = resolve("/my/invoices/7/")
    with heard() as lines:
        logging.getLogger("django.request").error(
            "%s: %s", "Internal Server Error", request.path, extra={"request": request}
        )
    assert "Internal Server Error  GET /my/invoices/<int:invoice_id>/" in lines.getvalue()


def test_a_report_of_a_crash_holds_no_values() -> None:
    request = RequestFactory().post(f"/no/{ALL}", {"note": ALL}, headers={"authorization": ALL})
    request.COOKIES["x"] = ALL
    held = ALL
    try:
        raise ValueError(f"cannot read {held}")
    except ValueError:
        reporter = get_exception_reporter_class(request)(request, *sys.exc_info())
    assert isinstance(reporter, BareReporter)
    for text in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert sings(text) == []
        assert "ValueError" in text
        assert "an unknown address" in text


def test_nobody_is_mailed_and_nobody_logs_around_the_formatter() -> None:
    logging.config.dictConfig(settings.LOGGING)
    named = [logging.getLogger(name) for name in logging.Logger.manager.loggerDict]
    writers = [h for log in named for h in log.handlers if not isinstance(h, logging.NullHandler)]
    assert writers == []
    assert all(logging.getLogger(name).propagate for name in ("django", "django.server", "celery"))


def test_the_server_keeps_no_access_log() -> None:
    """Its lines would hold the addresses as they were asked for."""
    web = next(p for p in programs(host="127.0.0.1", port=1, workers=1) if p.name == "web")
    assert "--no-access-log" in web.command


AS_A_WORKER = """
import os
import subprocess
import sys
from healthcare.celery import app
app.log.setup(loglevel="DEBUG", redirect_stdouts=True)
@app.task(name="tests.breaks")
def breaks(text):
    raise ValueError(text)
breaks.apply(args=[sys.argv[1]])
"""


def test_a_worker_logs_like_the_web() -> None:
    """Celery would set up logging of its own, with the text of errors."""
    done = subprocess.run(
        [sys.executable, "-c", AS_A_WORKER, ALL],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "healthcare.settings", "LOG_LEVEL": "DEBUG"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR celery.app.trace Task tests.breaks" in done.stderr
    assert "ValueError" in done.stderr
    assert sings(done.stderr + done.stdout) == []


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING"])
def test_whoever_asks_for_more_gets_no_statements(level: str) -> None:
    asked = "import healthcare.settings as s; print(s.LOGGING['loggers']['psycopg']['level'])"
    told = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "LOG_LEVEL": level},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == ("INFO" if level == "DEBUG" else level)
