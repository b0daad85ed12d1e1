"""Devices for the demo's members. A token is shown once, so each is kept the moment it is made."""

import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connection

from healthcare.runtime.demo.driving import Answer, ask
from healthcare.runtime.demo.people import Member
from healthcare.runtime.demo.progress import Step

# What the demo hands out; there are more kinds.
KINDS = ("blood_pressure", "sleep")

Line = dict[str, str]
"""`serial`, `token`, `kind`, `member`: what `simulate --members` reads."""


def hand_out(
    members: Iterable[Member], *, ledger: Path, handed_over_at: datetime, doing: Step
) -> list[Line]:
    """A device of each kind for each member; those of the ledger are handed out already.

    The ledger is a file that only its owner reads. It only grows: a demo that was stopped half
    way, or runs again with more or fewer people, finds every token there.
    """
    ledger.touch(mode=0o600)
    known = {
        (line["member"], line["kind"]): line
        for line in map(json.loads, ledger.read_text().splitlines())
    }
    found: list[Line] = []
    with ledger.open("a") as kept:
        for member in members:
            for kind in KINDS:
                line = known.get((member.subscriber_id, kind))
                if line is None:
                    line = _register(member, kind, handed_over_at)
                    kept.write(json.dumps(line) + "\n")
                    kept.flush()
                found.append(line)
                doing.at(len(found))
    return found


def name_of_database() -> str:
    """What tells this database from one that was here before: its tokens open nothing here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_hex(system_identifier) || '-' || oid"
            " FROM pg_control_system(), pg_database WHERE datname = current_database()"
        )
        return str(cursor.fetchone()[0])


def write(lines: Iterable[Line], path: Path) -> None:
    """The lines as a file for `simulate --members`, its owner's alone."""
    path.touch(mode=0o600)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _register(member: Member, kind: str, handed_over_at: datetime) -> Line:
    serial = f"{kind[:2].upper()}-{member.subscriber_id}"
    try:
        answer = _ask(member, kind, serial, handed_over_at)
    except CommandError:
        # Registered by an earlier demo whose ledger is gone: its token is lost for good.
        serial = f"{serial}-{secrets.token_hex(2)}"
        answer = _ask(member, kind, serial, handed_over_at)
    return {
        "serial": serial,
        "token": answer["token"],
        "kind": kind,
        "member": member.subscriber_id,
    }


def _ask(member: Member, kind: str, serial: str, handed_over_at: datetime) -> Answer:
    return ask(
        "register_device",
        *("--operator-subscriber-id", member.subscriber_id),
        *("--kind", kind, "--serial", serial),
        *("--handed-over-at", handed_over_at.isoformat()),
    )
