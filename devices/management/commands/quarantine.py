"""`manage.py quarantine list|show|redrive|dismiss|correct|conflicts|keep|take`."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import reviewing
from devices.management.arguments import person
from devices.models import QuarantineCode, QuarantinedItem, ReadingConflict
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in

BY = command("quarantine")
MOST = 1000


class Command(BaseCommand):
    help = "Look at what came in and is no reading, and decide (docs/quarantine.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="do", required=True)
        listed = does.add_parser("list", help="what waits for a decision, newest first")
        listed.add_argument("--code", choices=QuarantineCode.values)
        listed.add_argument("--serial", help="of the device")
        listed.add_argument("--all", action="store_true", help="decided ones too")
        does.add_parser("conflicts", help="messages that contradict a stored reading")
        for name, words in (
            ("show", "one item, with what was sent"),
            ("redrive", "ask again by the rules of today; 'all' with --code"),
            ("dismiss", "looked at and left out"),
            ("correct", "say whose it is, or how far the device's clock was ahead"),
            ("keep", "of a conflict: what was stored first stands"),
            ("take", "of a conflict: the other message takes its place"),
        ):
            one = does.add_parser(name, help=words)
            one.add_argument("id", type=_number)
            if name == "redrive":
                one.add_argument("--code", choices=QuarantineCode.values)
            if name in ("dismiss", "correct", "keep", "take"):
                one.add_argument("--reason", required=True)
            if name == "correct":
                one.add_argument("--operator-subscriber-id", help="whose it is, by contract id")
                one.add_argument("--operator", default="demo", help="the operator's code")
                one.add_argument("--clock-ahead", metavar="SECONDS|estimated", type=_ahead)
        for one in does.choices.values():
            one.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            with acting_in(Scope.system("quarantine")):
                answer = getattr(self, f"_{options['do']}")(options, now)
        except reviewing.ReviewRefused as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        for one in answer.get("items", [answer]):
            self.stdout.write("  ".join(f"{k}={v}" for k, v in one.items() if v not in ("", None)))

    def _list(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        rows = QuarantinedItem.objects.select_related("device")
        if not options["all"]:
            rows = rows.filter(resolution="")
        if options["code"]:
            rows = rows.filter(code=options["code"])
        if options["serial"]:
            rows = rows.filter(device__serial=options["serial"])
        return {"waiting": rows.count(), "items": [_item(item) for item in rows[:MOST]]}

    def _conflicts(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        rows = ReadingConflict.objects.select_related("device").filter(reviewed_at=None)
        found = [_conflict(row) for row in rows[:MOST]]
        return {"waiting": rows.count(), "items": found}

    def _show(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        item = _one(options)
        if item.device is None:
            raise CommandError("It is sealed: nobody has this device yet, and nobody reads it.")
        return {**_item(item), "payload": item.payload, "note": item.resolution_note}

    def _redrive(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        if options["id"] is not None:
            result = reviewing.redrive(item=_one(options), now=now, by=BY)
            return {"id": options["id"], "status": result.status, "detail": result.detail}
        if not options["code"]:
            raise CommandError("redrive all needs --code: which items?")
        counts = {"stored": 0, "waiting": 0}
        for item in QuarantinedItem.objects.filter(code=options["code"], resolution=""):
            if item.device is not None:
                stored = reviewing.redrive(item=item, now=now, by=BY).status in reviewing.STORED
                counts["stored" if stored else "waiting"] += 1
        return counts

    def _dismiss(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        reviewing.dismiss(item=_one(options), reason=options["reason"], now=now, by=BY)
        return {"id": options["id"], "resolution": "dismissed"}

    def _correct(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        ahead = options["clock_ahead"]
        if (ahead is None) == (options["operator_subscriber_id"] is None):
            raise CommandError("Say whose it is (--operator-subscriber-id) or --clock-ahead.")
        said = {"item": _one(options), "reason": options["reason"], "now": now, "by": BY}
        if ahead is None:
            result = reviewing.assign(patient=person(options), **said)
        else:
            known = None if ahead == "estimated" else ahead
            result = reviewing.set_clock(ahead=known, **said)
        return {"id": options["id"], "status": result.status}

    def _keep(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        conflict = _one_conflict(options)
        reviewing.keep_stored(conflict=conflict, reason=options["reason"], now=now, by=BY)
        return {"id": options["id"], "review": "kept"}

    def _take(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        conflict = _one_conflict(options)
        reviewing.take_other(conflict=conflict, reason=options["reason"], now=now, by=BY)
        return {"id": options["id"], "review": "taken"}


def _number(text: str) -> int | None:
    """An id, or None for `all`."""
    return None if text == "all" else int(text)


def _ahead(text: str) -> timedelta | str:
    return text if text == "estimated" else timedelta(seconds=int(text))


def _one(options: dict[str, Any]) -> QuarantinedItem:
    item = QuarantinedItem.objects.select_related("device").filter(pk=options["id"]).first()
    if item is None:
        raise CommandError(f"There is no item {options['id']}: `quarantine list` names them.")
    return item


def _one_conflict(options: dict[str, Any]) -> ReadingConflict:
    row = ReadingConflict.objects.filter(pk=options["id"]).first()
    if row is None:
        raise CommandError(f"There is no conflict {options['id']}: `quarantine conflicts` lists.")
    return row


def _item(item: QuarantinedItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "code": item.code,
        "device": item.device.serial if item.device else "sealed",
        "kind": item.kind,
        "measured_at": item.measured_at.isoformat() if item.measured_at else None,
        "received_at": item.received_at.isoformat(),
        "resolution": item.resolution,
    }


def _conflict(row: ReadingConflict) -> dict[str, Any]:
    return {
        "id": row.pk,
        "cause": row.cause,
        "device": row.device.serial,
        "kind": row.kind,
        "measured_at": row.measured_at.isoformat(),
        "received_at": row.received_at.isoformat(),
    }
