"""Run the project: web, worker, beat and database, until Ctrl-C."""

import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from healthcare.runtime.ports import PortTaken
from healthcare.runtime.serve import ServeError, running


class Command(BaseCommand):
    """`manage.py serve`"""

    help = "Runs web, worker, beat and database side by side until Ctrl-C."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, and with how many processes."""
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000)
        parser.add_argument("--workers", type=int, default=1, help="web processes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        if not 1 <= options["port"] <= 65535:
            raise CommandError(f"--port {options['port']}: give a number from 1 to 65535.")
        if options["workers"] < 1:
            raise CommandError("--workers: give at least 1.")
        # Until the site is up, asking to end ends the waiting for it.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with running(
                host=options["host"],
                port=options["port"],
                workers=options["workers"],
                out=self.stdout,
            ) as site:
                site.stop_on_signals()
                self.stdout.write(f"Serving on {site.address} - Ctrl-C stops everything.")
                site.wait()
        except KeyboardInterrupt:
            pass
        except (PortTaken, ServeError, OperationalError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Stopped.")
