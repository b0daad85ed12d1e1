"""Who plays in the demo: the file's subscribers who join, their hospitals, those who sign in."""

import csv
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from django.core.management.base import CommandError

from healthcare.kernel.phone_numbers import to_e164
from healthcare.runtime.demo.driving import ask, tell
from healthcare.runtime.demo.progress import Step

OPERATOR = "demo"
COUNTRY = "JP"  # of that operator
HOSPITALS = (
    ("kita", "Kita General Hospital", "北総合病院", "en", "Sato Kenji"),
    ("minami", "Minami Clinic", "みなみ内科クリニック", "ja", "田中 健一"),
)
ADULT_BEFORE_YEARS = 40


@dataclass(frozen=True, slots=True)
class Member:
    """A subscriber who joins: their contract, the hospital, the package they take."""

    subscriber_id: str
    hospital: str
    doctor: str
    package: str


@dataclass(frozen=True, slots=True)
class LogIn:
    """Somebody who can sign in, with the base32 secret of their authenticator app."""

    username: str
    password: str
    totp_secret: str


def adults(subscribers: Path, rejected_lines: set[int], since: date) -> list[str]:
    """Contract ids of people of an age at which pressure is measured, in the file's order.

    Without those whose number went to a later contract, or who had none yet on the day `since`:
    nobody would pay for them from then on.
    """
    with subscribers.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            row
            for number, row in enumerate(csv.DictReader(file, strict=True), start=2)
            if number not in rejected_lines
        ]
    holders: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row["activated_on"]):
        holders[to_e164(row["msisdn"], COUNTRY)] = row["operator_subscriber_id"]
    living = set(holders.values())
    found = (
        row["operator_subscriber_id"]
        for row in rows
        if row["activated_on"] <= since.isoformat() and _is_adult(row, since)
    )
    return [subscriber for subscriber in dict.fromkeys(found) if subscriber in living]


def _is_adult(row: dict[str, str], on: date) -> bool:
    born = row["birth_date"][:4]
    named = row["family_name"] and row["given_name"]
    return bool(named) and born.isdigit() and on.year - int(born) >= ADULT_BEFORE_YEARS


def cast(subscriber_ids: list[str], number: int) -> list[Member]:
    """The first `number` of them, spread over hospitals and packages."""
    packages = ("premium", "standard", "standard", "free", "premium", "standard")
    members = []
    for place, subscriber_id in enumerate(subscriber_ids[:number]):
        # Two of three go to the first hospital, so that its worklist is worth reading.
        hospital = HOSPITALS[1 if place % 3 == 2 else 0]
        members.append(
            Member(subscriber_id, hospital[0], hospital[4], packages[place % len(packages)])
        )
    return members


def open_hospitals() -> None:
    """Make the two hospitals; those that exist stay as they are."""
    for code, name, name_ja, language, _ in HOSPITALS:
        tell(
            "create_hospital",
            *("--code", code, "--name", name, "--name-ja", name_ja, "--language", language),
            *("--watching-hours", "Mon-Fri 9:00-17:00", "--telephone", "+81 3 5550 0100"),
        )


def join(members: list[Member], *, since: date, paying_from: date, step: Step) -> None:
    """Consent, care and package for each member, as their own and the clinic's acts.

    A demo that runs again over more days goes further back with consent and care; a package that
    was taken stays taken.
    """
    for done, member in enumerate(members, start=1):
        subscriber = ("--operator-subscriber-id", member.subscriber_id, "--operator", OPERATOR)
        ask(
            "record_consent",
            *subscriber,
            *("--purpose", "care,hospital_report", "--from", since.isoformat()),
        )
        tell(
            "open_care",
            *subscriber,
            *("--hospital", member.hospital, "--since", since.isoformat()),
            *("--hospital-patient-number", f"0012-{done:04}", "--doctor", member.doctor),
        )
        tell("subscribe", *subscriber, "--package", member.package, "--on", paying_from.isoformat())
        step.at(done)


def log_ins(members: list[Member], kept: Path) -> dict[str, LogIn]:
    """One log-in a role. Passwords are drawn once and kept in a file that only its owner reads."""
    if kept.exists():
        stored = json.loads(kept.read_text())
        return _keep({role: _with_secret(**entry) for role, entry in stored.items()}, kept)
    wanted = {
        "clinician": ("alice", ("--role", "clinician", "--hospital", HOSPITALS[0][0])),
        "member": (
            "hanako",
            ("--role", "member", "--operator-subscriber-id", members[0].subscriber_id),
        ),
        "operator": ("olga", ("--role", "operator", "--operator", OPERATOR)),
    }
    made: dict[str, LogIn] = {}
    for role, (username, options) in wanted.items():
        made[role] = _create(username, options)
    tell("appoint_lead", "--username", made["clinician"].username)
    return _keep(made, kept)


def _keep(made: dict[str, LogIn], kept: Path) -> dict[str, LogIn]:
    kept.touch(mode=0o600)
    kept.write_text(json.dumps({role: asdict(who) for role, who in made.items()}))
    return made


def _with_secret(username: str, password: str, totp_secret: str | None = None) -> LogIn:
    """A log-in of an earlier demo; one from before the second factor is given its own."""
    if totp_secret is None:
        found = ask("reset_second_factor", "--username", username, "--totp")
        totp_secret = str(found["totp_secret"])
    return LogIn(username, password, totp_secret)


def _create(username: str, options: tuple[str, ...]) -> LogIn:
    # Written as one word: a drawn password may begin with a dash.
    wanted = (f"--password={secrets.token_urlsafe(12)}", "--totp", *options)
    try:
        made = ask("create_user", "--username", username, *wanted)
    except CommandError:
        # The name is taken by an earlier demo whose file of passwords is gone.
        username = f"{username}-{secrets.token_hex(2)}"
        made = ask("create_user", "--username", username, *wanted)
    return LogIn(username, made["password"], made["totp_secret"])
