"""`manage.py replace_device`: another device continues for the same people."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import registry, stocking
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Retire a device; another one continues for the same people and user slots."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--serial", required=True, help="of the old one")
        parser.add_argument("--with", dest="by_serial", required=True, help="the new one's serial")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now, by = timezone.now(), command("replace_device")
        try:
            with acting_in(Scope.system("replace_device")):
                new, token = stocking.replace(
                    serial=options["serial"], by_serial=options["by_serial"], now=now, by=by
                )
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = {"device": new.serial, "replaces": options["serial"], "token": token or None}
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(f"{new.serial} continues for {options['serial']}, which is retired.")
        if token:
            self.stdout.write(f"Its token, shown only now:\n{token}")
