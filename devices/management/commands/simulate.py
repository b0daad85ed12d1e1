"""`manage.py simulate`: devices of people who do not exist post over HTTP or MQTT."""

import json
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import provisioning
from devices.management.arguments import day, kinds
from devices.simulators import fleet, posting, replay
from devices.simulators.failing import ServerUnreachable
from devices.simulators.members import Member, MembersUnreadable, read
from devices.simulators.progress import PostingProgress
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in

TOKENS = "simulator/devices.jsonl"
STATUSES = ("accepted", "duplicate", "conflict", "quarantined", "rejected", "refused")


class Command(BaseCommand):
    help = (
        "Simulated devices post over HTTP or MQTT, cuffs and sleep monitors unless said. Without"
        " --members it registers devices for members who consent to care and have none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--patients", type=int, metavar="N", help="so many consenting members")
        whose.add_argument("--members", type=Path, metavar="FILE", help="devices, one JSON a line")
        parser.add_argument(
            "--kinds",
            type=kinds,
            default=provisioning.USUAL,
            metavar="KIND,...",
            help=f"what --patients registers; {','.join(provisioning.USUAL)} unless said",
        )
        parser.add_argument("--days", type=int, default=30, help="how many, when --from is absent")
        parser.add_argument("--from", dest="start", type=day, metavar="DATE", help="first day")
        parser.add_argument("--until", type=day, metavar="DATE", help="exclusive; now, unless said")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--url", default="http://127.0.0.1:8000", help="of the server")
        where.add_argument("--mqtt", metavar="URL", help="of a broker: mqtt://127.0.0.1:1883")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--replay", type=Path, metavar="FILE", help="post real readings (CSV)")
        parser.add_argument("--connections", type=int, default=fleet.CONNECTIONS)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        began, now = time.monotonic(), timezone.localtime()
        start, until = _period(options, now)
        try:
            members = self._members(options, start, now)
            errands = _errands(options, members, start, until)
            total = sum(upload.readings for _, upload in errands)
            tally = fleet.run(
                options["mqtt"] or options["url"],
                errands,
                connections=options["connections"],
                progress=PostingProgress(self.stderr, total=total),
            )
        except (MembersUnreadable, replay.FileUnreadable, ServerUnreachable) as error:
            raise CommandError(str(error)) from error
        self._show(options, members, tally, seconds=time.monotonic() - began)

    def _members(self, options: dict[str, Any], start: date, now: datetime) -> list[Member]:
        if options["members"] is not None:
            return read(options["members"])
        # A night that ends on the first day began on the day before.
        handed_over = datetime.combine(start - timedelta(days=1), datetime.min.time(), now.tzinfo)
        with acting_in(Scope.system("simulate")):
            members = provisioning.provide(
                people=options["patients"],
                kinds=options["kinds"],
                handed_over_at=handed_over,
                tokens=settings.VAR_DIR / TOKENS,
                now=now,
                by=command("simulate"),
            )
        people = len({member.person for member in members})
        if not people:
            raise CommandError(
                "Nobody consents to care: import subscribers, then record_consent for some."
            )
        if people < options["patients"]:
            self.stderr.write(f"Only {people} members consent to care; they are simulated.")
        return members

    def _show(
        self, options: dict[str, Any], members: list[Member], tally: fleet.Tally, *, seconds: float
    ) -> None:
        for problem in tally.problems:
            self.stderr.write(problem)
        counts = {status: tally.statuses[status] for status in STATUSES}
        if options["json"]:
            answer = {
                "devices": len(members),
                "posts": tally.posts,
                "readings": tally.readings,
                **counts,
                "codes": dict(tally.codes),
                "advice": dict(tally.advice),
                "seconds": round(seconds, 3),
            }
            self.stdout.write(json.dumps(answer))
            return
        rate = tally.readings / seconds if seconds else 0.0
        self.stdout.write(
            f"{tally.readings:,} readings of {len(members)} devices in {tally.posts:,} posts,"
            f" {seconds:.1f} s, {rate:,.0f} readings/s"
        )
        for status, count in counts.items():
            self.stdout.write(f"  {status:<12}{count:>10,}")


def _period(options: dict[str, Any], now: datetime) -> tuple[date, datetime]:
    """The first day, and the moment up to which devices measured."""
    until = now
    if options["until"] is not None:
        until = min(now, datetime.combine(options["until"], datetime.min.time(), now.tzinfo))
    start: date = options["start"] or until.date() - timedelta(days=options["days"])
    if start >= until.date() + timedelta(days=1):
        raise CommandError(f"--from {start} lies after {until.date()}: nothing was measured yet.")
    return start, until


def _errands(
    options: dict[str, Any], members: list[Member], start: date, until: datetime
) -> list[fleet.Errand]:
    """Every upload with its device, in the order of time."""
    if options["replay"] is not None:
        errands = list(replay.uploads(members, replay.read(options["replay"]), start=start))
    else:
        errands = [
            (member, upload)
            for member in members
            for upload in posting.uploads(member, start=start, until=until, seed=options["seed"])
        ]
    errands.sort(key=lambda errand: errand[1].at)
    return errands
