"""`manage.py decode_ble`: what the bytes of a Bluetooth cuff say."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from devices.wire.bluetooth import describe


class Command(BaseCommand):
    help = "Print what a Bluetooth characteristic 2A35 (blood pressure) says, in the wire's unit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("hex", help="the value as hexadecimal digits")
        parser.add_argument("--model", help="as its maker names it: Beurer BM85")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        said = describe(options["hex"], model=options["model"])
        if options["json"]:
            self.stdout.write(json.dumps(said))
            return
        for name, value in said.items():
            self.stdout.write(f"{name}: {value}")
