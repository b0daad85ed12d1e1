"""`manage.py register_gateway`: a credential that may post for many devices."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import registry
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Register a gateway. Its token is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_in(Scope.system("register_gateway")):
                gateway, token = registry.register_gateway(
                    name=options["name"], now=timezone.now(), by=command("register_gateway")
                )
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"gateway": gateway.name, "token": token}))
        else:
            self.stdout.write(f"{gateway.name} is registered. Its token, shown only now:")
            self.stdout.write(token)
