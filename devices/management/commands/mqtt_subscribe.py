"""`manage.py mqtt_subscribe`: readings that devices publish at a broker, until it is stopped."""

import signal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from devices.mqtt.address import Broker, BrokerUnclear, parse

MISSING = (
    "The client of MQTT is not installed. It comes with the extra mqtt:"
    " .venv/bin/pip install 'paho-mqtt>=2.1'"
)


class Command(BaseCommand):
    help = (
        "Take in readings from the broker of MQTT_URL; runs until SIGTERM or Ctrl-C. A message is"
        " acknowledged after its commit. Formats: docs/formats/mqtt.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.MQTT_URL, help="MQTT_URL, unless said")

    def handle(self, *args: Any, **options: Any) -> None:
        broker = _broker(options["url"])
        if find_spec("paho") is None:
            raise CommandError(MISSING)
        subscribing = import_module("devices.mqtt.subscribing")
        try:
            subscriber = subscribing.Subscriber(broker, say=self.stdout.write)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: subscriber.stop())
            subscriber.run()
        except OSError as error:
            raise CommandError(f"{broker}: {error}.") from error
        self.stdout.write("Stopped.")


def _broker(url: str) -> Broker:
    if not url:
        raise CommandError("Which broker? Set MQTT_URL, for example mqtt://127.0.0.1:1883.")
    try:
        return parse(url)
    except BrokerUnclear as error:
        raise CommandError(f"MQTT_URL: {error}") from error
