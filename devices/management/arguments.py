"""What several commands of this room read from the command line."""

from argparse import ArgumentTypeError
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from devices.kinds.known import KINDS
from healthcare.patients.models import Patient
from healthcare.subscribers.queries import contract_of


def moment(text: str) -> datetime:
    """A time with its offset, as argparse's `type`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise ArgumentTypeError(
            f"{text!r}: write a time with its offset, like 2026-10-01T09:00:00+09:00"
        )
    return time


def day(text: str) -> date:
    """A date, as argparse's `type`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: write a day like 2026-10-01") from None


def slot(text: str) -> int:
    """A user slot of a device, as argparse's `type`."""
    if not (text.isascii() and text.isdigit() and int(text) <= 254):
        raise ArgumentTypeError(f"{text!r}: a user slot is a number from 0 to 254")
    return int(text)


def kinds(text: str) -> list[str]:
    """Kinds of devices with commas between them, as argparse's `type`."""
    named = [name.strip() for name in text.split(",")]
    if unknown := [name for name in named if name not in KINDS]:
        raise ArgumentTypeError(f"{unknown[0]!r}: the kinds are {', '.join(KINDS)}")
    return named


def add_person(parser: CommandParser) -> None:
    """The options that name a person by their telecom contract."""
    parser.add_argument(
        "--operator-subscriber-id", required=True, help="the operator's contract id"
    )
    parser.add_argument("--operator", default="demo", help="the operator's code")


def person(options: dict[str, Any]) -> Patient:
    """The person those options name. Call it inside a scope."""
    try:
        contract = contract_of(
            operator_code=options["operator"],
            operator_subscriber_id=options["operator_subscriber_id"],
        )
    except LookupError as error:
        raise CommandError(str(error)) from error
    return contract.patient
