"""`manage.py revoke_older_keys`: the end of a rotation."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices import registry
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Refuse every key of a device but its newest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--serial", required=True)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now, by = timezone.now(), command("revoke_older_keys")
        try:
            with acting_in(Scope.system("revoke_older_keys")):
                revoked = registry.revoke_older(serial=options["serial"], now=now, by=by)
        except registry.RegistryError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"device": options["serial"], "revoked": revoked}))
        else:
            self.stdout.write(f"{revoked} older keys of {options['serial']} are refused now.")
