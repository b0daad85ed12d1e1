"""`manage.py register_app`: an app that members may let post readings for them."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from devices.member_apps import registering
from healthcare.audit.actors import command


class Command(BaseCommand):
    help = "Register a member's app. It has a client id and no secret."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="as members read it")
        parser.add_argument(
            "--redirect-uri",
            action="append",
            required=True,
            help="https://..., com.example.app:/... or http://127.0.0.1/...; once or more",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            app = registering.register(
                name=options["name"],
                redirect_uris=options["redirect_uri"],
                now=timezone.now(),
                by=command("register_app"),
            )
        except registering.AppError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = {"app": app.name, "client_id": app.client_id}
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"{app.name} is registered. Its client id: {app.client_id}")
