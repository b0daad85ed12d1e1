"""Runs the product's commands in this process and reads what they answer."""

import contextlib
import io
import json
import subprocess
import sys
from typing import Any, Protocol

from django.conf import settings
from django.core.management import call_command

Answer = dict[str, Any]


class Writes(Protocol):
    """Something one can write text to."""

    def write(self, text: str, /) -> object: ...


def ask(command: str, *args: str, progress: Writes | None = None) -> Answer:
    """Run `manage.py COMMAND ... --json` and return its object. Raises CommandError as it does.

    What it tells of its progress goes to `progress`, or nowhere: the demo has one line a step.
    """
    out = io.StringIO()
    call_command(command, *args, "--json", stdout=out, stderr=progress or io.StringIO())
    answer: Answer = json.loads(out.getvalue())
    return answer


def tell(command: str, *args: str) -> str:
    """Run `manage.py COMMAND ...` and return what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stderr(io.StringIO()):
        call_command(command, *args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def begin(command: str) -> "subprocess.Popen[bytes]":
    """Start `manage.py COMMAND` beside this process, quietly."""
    return subprocess.Popen(  # nosec B603 # no shell, our own words
        [sys.executable, "manage.py", command],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
