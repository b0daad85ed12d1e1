"""`manage.py register_device`: a device in somebody's hands, and its token."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import registry
from devices.kinds.known import KINDS
from devices.management.arguments import add_person, moment, person, slot
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Register a device and hand it to a person. Its token is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        add_person(parser)
        parser.add_argument("--kind", required=True, choices=KINDS)
        parser.add_argument("--serial", required=True)
        parser.add_argument("--model", default="", help="as its maker names it")
        parser.add_argument("--user-slot", type=slot, help="the person's user on a shared device")
        parser.add_argument("--handed-over-at", type=moment, help="now, unless said")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            with acting_in(Scope.system("register_device")):
                registered = registry.register(
                    kind=options["kind"],
                    serial=options["serial"],
                    patient=person(options),
                    user_slot=options["user_slot"],
                    handed_over_at=options["handed_over_at"] or now,
                    model=options["model"],
                    now=now,
                    by=command("register_device"),
                )
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        answer = {"device": registered.device.serial, "token": registered.token}
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"{answer['device']} is registered. Its token, shown only now:")
            self.stdout.write(answer["token"])
