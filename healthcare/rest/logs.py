"""How log lines are written: what happened and where in the code, never about whom.

People's data gets into logs by three ways: the text of errors (`Key (number)=(+8190...) already
exists`, `invalid literal for int(): ...`), addresses as somebody asked for them, and arguments
of messages. `Discreet` writes none of the three. What is left passes a sieve for things that look
like telephone numbers, e-mail addresses, tokens or Japanese text.
"""

import logging
import os
import re
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import Resolver404, resolve

HIDDEN = "[…]"
# Their words are about the installation and its code, never about a person.
OF_THE_INSTALLATION = (ImproperlyConfigured, ImportError, NameError)
# What Celery's own line about a task may say; the others are arguments, errors and tracebacks.
ABOUT_A_TASK = {"id", "name", "hostname", "description", "runtime", "internal"}
# These pass the whole message body into their lines.
WITH_BODIES = ("celery.worker.consumer.consumer", "celery.worker.strategy", "celery.worker.request")
# These pass the address as it was asked for.
WITH_ADDRESSES = ("django.request", "django.security", "django.server", "django.channels")
METHOD = re.compile(r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|\d{3}|CSRF.*")
SIEVE = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # e-mail
    r"|(?<![\w.])(?:\+|00)\d[\d\s().-]{6,}\d"  # a number as one dials it from abroad
    r"|(?<![\w.-])0\d{1,4}[-\s]?\d{1,4}[-\s]?\d{3,4}(?![\w-])"  # and from inside Japan
    r"|\b[a-z]{1,4}_[A-Za-z0-9_-]{20,}"  # one of our tokens
    r"|[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]+"  # kana, kanji
)


def sifted(text: str) -> str:
    """The text without what looks like a number to call, an address, a token or a name."""
    return SIEVE.sub(HIDDEN, text)


def route_of(request: HttpRequest) -> str:
    """Where a request went, as the pattern of the address: `/my/invoices/<int:invoice_id>/`."""
    match = request.resolver_match
    if match is None:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return "an unknown address"
    return f"/{match.route}"


def error_in_short(error: BaseException) -> str:
    """The kind of an error, and of PostgreSQL's the code and the constraint; never its text."""
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if isinstance(error, OF_THE_INSTALLATION):
        return f"{name}: {error}"
    if isinstance(error, OSError) and error.errno:
        return f"{name}: {os.strerror(error.errno)}"
    if state := getattr(error, "sqlstate", None):
        diagnosis = getattr(error, "diag", None)
        parts = [getattr(diagnosis, f"{part}_name", None) for part in ("table", "constraint")]
        return " ".join([f"{name}: SQLSTATE {state}", *(part for part in parts if part)])
    return name


def _chain(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    """The error's causes, the first one first, each with how it led to the next."""
    cause = error.__cause__
    if cause is not None:
        yield from _chain(cause)
        yield "The direct cause of:", error
    elif error.__context__ is not None and not error.__suppress_context__:
        yield from _chain(error.__context__)
        yield "While handling it:", error
    else:
        yield "", error


def _frames(trace: TracebackType | None) -> list[str]:
    return [
        f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        for frame in traceback.extract_tb(trace)
    ]


class Discreet(logging.Formatter):
    """A formatter that cannot write what it must not know."""

    def formatException(self, ei: Any) -> str:
        """Where it broke and how, without the texts of the errors and without source lines."""
        error = ei[1]
        if error is None:
            return ""
        lines: list[str] = []
        for how, link in _chain(error):
            lines += [how] if how else []
            lines += [*_frames(link.__traceback__), error_in_short(link)]
        return "\n".join(lines)

    def format(self, record: logging.LogRecord) -> str:
        """The line. The record itself stays as it is: other handlers may see it too."""
        clean = logging.makeLogRecord(record.__dict__)
        # Somebody else's formatter may have left its own text here.
        clean.exc_text = None
        clean.msg, clean.args = sifted(self._message(record)), None
        return super().format(clean)

    def _message(self, record: logging.LogRecord) -> str:
        if record.name.startswith(WITH_ADDRESSES):
            return self._about_a_request(record)
        args: Any = record.args
        if self._has_a_body(record):
            return str(record.msg).split(":")[0].split("%")[0].strip(" \n[(")
        if isinstance(args, Mapping):
            args = {
                key: value if key in ABOUT_A_TASK or isinstance(value, int | float) else HIDDEN
                for key, value in args.items()
            }
        elif isinstance(args, tuple):
            args = tuple(error_in_short(a) if isinstance(a, BaseException) else a for a in args)
        try:
            return str(record.msg) % args if args else str(record.msg)
        except (TypeError, ValueError, KeyError):
            return f"{record.msg} {HIDDEN}"

    @staticmethod
    def _has_a_body(record: logging.LogRecord) -> bool:
        """Celery's line about a message, with the message in it."""
        if not record.args or isinstance(record.args, Mapping):
            return False
        chatter = record.name.startswith("celery") and record.levelno < logging.INFO
        return chatter or record.name in WITH_BODIES

    def _about_a_request(self, record: logging.LogRecord) -> str:
        """Django's line with the pattern in place of the address."""
        request = getattr(record, "request", None)
        status = getattr(record, "status_code", "")
        if not isinstance(request, HttpRequest):
            return f"{type(self)._kind(record)} {status}".strip()
        return f"{type(self)._kind(record)} {status} {request.method} {route_of(request)}"

    @staticmethod
    def _kind(record: logging.LogRecord) -> str:
        """The fixed words at the head of Django's message: `Not Found`, `Forbidden (...)`."""
        if record.name.startswith("django.security"):
            return record.name.removeprefix("django.security.")
        words = re.split(r"%s|[:(]", str(record.msg))[0].strip(' "')
        if not words and isinstance(record.args, tuple) and record.args:
            # `"%s: %s", reason phrase, path`: the phrase is HTTP's own.
            words = str(record.args[0])
        return words if re.fullmatch(r"[A-Za-z][A-Za-z -]{0,60}", words) else "Request"
