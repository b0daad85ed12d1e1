"""Runs the product's commands in this process and reads what they answer."""

import contextlib
import io
import json
from typing import Any

from django.core.management import call_command

Answer = dict[str, Any]


def ask(command: str, *args: str) -> Answer:
    """Run `manage.py COMMAND ... --json` and return its object. Raises CommandError as it does."""
    out = io.StringIO()
    # Its own progress stays quiet: the demo has one line a step.
    call_command(command, *args, "--json", stdout=out, stderr=io.StringIO())
    answer: Answer = json.loads(out.getvalue())
    return answer


def tell(command: str, *args: str) -> str:
    """Run `manage.py COMMAND ...` and return what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stderr(io.StringIO()):
        call_command(command, *args, stdout=out, stderr=io.StringIO())
    return out.getvalue()
