"""`manage.py retire_device`: nobody's from now on, its keys refused."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import registry
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "The device is nobody's from now on and its keys are refused; what it sent stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--serial", required=True)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now, by = timezone.now(), command("retire_device")
        try:
            with acting_in(Scope.system("retire_device")):
                device = registry.retire(serial=options["serial"], now=now, by=by)
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = {"device": device.serial, "retired_at": now.isoformat()}
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"{device.serial} is retired.")
