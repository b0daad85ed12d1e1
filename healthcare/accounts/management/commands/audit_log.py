"""`manage.py audit_log --patient ID --person USERNAME`: who did and who saw what."""

import json
from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.accounts import auditing
from healthcare.audit.actors import command
from healthcare.audit.searching import MOST, SOURCES, BadCursor, Entry, Found, Place
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Search the audit log, newest first. The search itself is written into the log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patient", type=int, metavar="ID", help="whose data")
        parser.add_argument("--person", default="", metavar="USERNAME", help="who did or saw it")
        parser.add_argument("--action", default="", help="how it begins: reports., clinic.patient")
        parser.add_argument("--only", choices=SOURCES, help="what was done, or what was seen")
        parser.add_argument("--from", dest="since", metavar="TIME", help="2026-11-01, or with time")
        parser.add_argument("--to", dest="until", metavar="TIME", help="exclusive")
        parser.add_argument("--limit", type=int, default=100, help=f"up to {MOST}")
        parser.add_argument("--after", metavar="CURSOR", help="`next` of the answer before")
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        since, until = _moment("--from", options["since"]), _moment("--to", options["until"])
        if since and until and since >= until:
            raise CommandError("--to lies before --from.")
        if not 1 <= options["limit"] <= MOST:
            raise CommandError(f"--limit: 1 to {MOST}; page with --after.")
        try:
            after = Place.read(options["after"]) if options["after"] else None
        except BadCursor as error:
            raise CommandError(f"--after: {error}") from error
        with acting_in(Scope.audit()):
            found = auditing.search(
                person=options["person"],
                patient_id=options["patient"],
                since=since,
                until=until,
                action=options["action"],
                sources=(options["only"],) if options["only"] else SOURCES,
                after=after,
                limit=options["limit"],
                now=timezone.now(),
                by=command("audit_log"),
            )
        if options["json"]:
            self.stdout.write(json.dumps(_answer(found), ensure_ascii=False))
        else:
            self._print(found)

    def _print(self, found: Found) -> None:
        for entry in found.entries:
            whom = f" patient {entry.patient_id}" if entry.patient_id else ""
            more = " ".join(part for part in (entry.subject, entry.why, entry.address) if part)
            self.stdout.write(
                f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S} {entry.actor.kind}"
                f" {entry.actor.name or entry.actor.id} {entry.source} {entry.what}{whom} {more}"
            )
        if found.next:
            self.stdout.write(f"Older ones: --after {found.next}")
        elif not found.entries:
            self.stdout.write("Nothing is recorded for this question.")


def _moment(option: str, text: str | None) -> datetime | None:
    """A time with its offset or in the installation's zone; a day alone is its beginning."""
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
        if len(text) == len("2026-11-01"):
            when = datetime.combine(date.fromisoformat(text), time.min)
    except ValueError as error:
        raise CommandError(
            f"{option} {text!r}: write 2026-11-01 or 2026-11-01T09:30+09:00."
        ) from error
    return when if when.tzinfo else timezone.make_aware(when)


def _answer(found: Found) -> dict[str, Any]:
    return {
        "entries": [_as_json(entry) for entry in found.entries],
        "next": str(found.next) if found.next else None,
    }


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "source": entry.source,
        "actor": {"kind": entry.actor.kind, "id": entry.actor.id, "name": entry.actor.name},
        "what": entry.what,
        "patient": entry.patient_id,
        "subject": entry.subject,
        "why": entry.why,
        "hospital": entry.hospital_id,
        "address": entry.address,
        "details": entry.details,
    }
