"""`manage.py mqtt_messages`: what came by the broker and could not be taken in."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices.ingesting.results import counts
from devices.models import DeadLetter
from devices.mqtt import dead_letters
from devices.mqtt.dead_letters import NotRedriven
from healthcare.audit.actors import Actor, command
from healthcare.hospitals.scope import Scope, acting_in

BY = command("mqtt_messages")
MOST = 1000


class Command(BaseCommand):
    help = "Look at messages of the broker that could not be taken in; drive them again or not."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        listed = acts.add_parser("list", help="those nobody decided on, the newest first")
        listed.add_argument("--all", action="store_true", help="and those that are settled")
        listed.add_argument("--json", action="store_true", help="print one JSON object")
        shown = acts.add_parser("show", help="one with its payload; this is recorded")
        redriven = acts.add_parser("redrive", help="take them in after all")
        redriven.add_argument("--serial", default="", help="whose they are, when nobody knows")
        dismissed = acts.add_parser("dismiss", help="leave them out")
        shown.add_argument("letter", type=int, nargs=1)
        for parser_ in (redriven, dismissed):
            parser_.add_argument("letter", type=int, nargs="+")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_in(Scope.system("mqtt_messages")):
            if options["act"] == "list":
                self._list(options)
                return
            for letter in options["letter"]:
                try:
                    self.stdout.write(_act(options, letter, timezone.now(), BY))
                except NotRedriven as error:
                    raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        letters = DeadLetter.objects.defer("payload")
        if not options["all"]:
            letters = letters.filter(resolution="")
        rows = [_row(letter) for letter in letters[:MOST]]
        if options["json"]:
            self.stdout.write(json.dumps({"letters": rows}))
            return
        for row in rows:
            self.stdout.write(
                "{letter:>6}  {received_at}  {reason:<14}  {sender:<12}  {size:>8}  {topic}\n"
                "        {detail}".format(**row)
            )
        self.stdout.write(f"{len(rows)} letters.")


def _row(letter: DeadLetter) -> dict[str, Any]:
    return {
        "letter": letter.pk,
        "received_at": letter.received_at.isoformat(timespec="seconds"),
        "reason": letter.reason,
        "sender": letter.sender,
        "topic": letter.topic,
        "size": letter.size,
        "content_type": letter.content_type,
        "detail": letter.detail,
        "resolution": letter.resolution,
    }


def _act(options: dict[str, Any], letter: int, now: datetime, by: Actor) -> str:
    match options["act"]:
        case "show":
            kept = dead_letters.show(letter_id=letter, now=now, by=by)
            return bytes(kept.payload).decode("utf-8", "backslashreplace")
        case "redrive":
            results = dead_letters.redrive(
                letter_id=letter, serial=options["serial"], now=now, by=by
            )
            said = ", ".join(f"{n} {status}" for status, n in counts(results).items() if n)
            return f"Letter {letter}: {said}."
        case _:
            dead_letters.dismiss(letter_id=letter, now=now, by=by)
            return f"Letter {letter} is left out."
