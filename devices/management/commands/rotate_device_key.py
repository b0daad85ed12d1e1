"""`manage.py rotate_device_key`: a second key beside the first."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import registry
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "A second key for a device, shown once. The first lives until revoke_older_keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--serial", required=True)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now, by = timezone.now(), command("rotate_device_key")
        try:
            with acting_in(Scope.system("rotate_device_key")):
                token = registry.rotate(serial=options["serial"], now=now, by=by)
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"device": options["serial"], "token": token}))
        else:
            self.stdout.write(f"{options['serial']} has a new token, shown only now:\n{token}")
