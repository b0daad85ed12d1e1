"""`manage.py entrust_device`: a gateway may post for a device from now on, or no longer."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import registry
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Let a gateway post for devices. What it sent for them before is released."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gateway", required=True, help="its name")
        parser.add_argument("--serial", action="append", required=True, help="once or more")
        parser.add_argument("--withdraw", action="store_true", help="end it instead")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        withdraw = options["withdraw"]
        act = registry.withdraw_from_gateway if withdraw else registry.entrust_to_gateway
        serials = list(dict.fromkeys(options["serial"]))
        try:
            with acting_in(Scope.system("entrust_device")):
                for serial in serials:
                    act(
                        gateway=options["gateway"],
                        serial=serial,
                        now=timezone.now(),
                        by=command("entrust_device"),
                    )
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            key = "withdrawn" if withdraw else "entrusted"
            self.stdout.write(json.dumps({"gateway": options["gateway"], key: serials}))
        else:
            done = "may no longer post" if withdraw else "may post"
            self.stdout.write(f"{options['gateway']} {done} for {', '.join(serials)}.")
