"""A day on the command line."""

from argparse import ArgumentTypeError
from datetime import date


def day(text: str) -> date:
    """The day of `YYYY-MM-DD`, as the `type` of an argument."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: write a date as YYYY-MM-DD.") from None
