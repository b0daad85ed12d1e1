"""`manage.py retire_app`: no member's phone may post through this app any more."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices.member_apps import registering
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in


class Command(BaseCommand):
    help = "Refuse a member's app from now on, for everybody who approved it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_in(Scope.system("retire_app")):
                ended = registering.retire(
                    name=options["name"], now=timezone.now(), by=command("retire_app")
                )
        except registering.AppError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"app": options["name"], "ended": ended}))
        else:
            self.stdout.write(f"{options['name']} is refused from now on; {ended} approvals ended.")
