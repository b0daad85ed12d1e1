"""`manage.py demo`: the main job on sample data with the real servers, then serving on."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from healthcare.runtime import ports
from healthcare.runtime.demo.main_job import MainJob, Plan, Summary
from healthcare.runtime.demo.progress import step
from healthcare.runtime.ports import PortTaken
from healthcare.runtime.serve import ServeError, running

DEFAULT_PORT = 8000


class Command(BaseCommand):
    help = "Import, consent, measure, report and bill on sample data; then serve until Ctrl-C."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=60)
        parser.add_argument("--days", type=int, help="since the first of last month unless said")
        parser.add_argument("--port", type=int, help="8000; with --no-serve a free one")
        parser.add_argument("--no-serve", action="store_true", help="stop after the summary")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["patients"] < 1 or (options["days"] is not None and options["days"] < 1):
            raise CommandError("--patients and --days are at least 1.")
        started = time.monotonic()
        port = options["port"] or (ports.free() if options["no_serve"] else DEFAULT_PORT)
        plan = Plan.of(now=timezone.now(), patients=options["patients"], days=options["days"])
        job = MainJob(plan, self.stdout)
        log_path = plan.folder / "servers.log"
        try:
            ports.check("127.0.0.1", port)
            with step(self.stdout, "Database") as doing:
                call_command("migrate", verbosity=0, interactive=False)
                doing.result = "running, schema up to date"
            job.before_serving()
            with log_path.open("w") as log, running(port=port, out=log) as site:
                job.while_serving(site.address)
                summary_path = job.write_summary(time.monotonic() - started)
                self._show(job.summary, site.address, summary_path)
                if not options["no_serve"]:
                    self.stdout.write("Serving - Ctrl-C stops everything.")
                    self.stdout.flush()
                    site.stop_on_signals()
                    site.wait()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        except (PortTaken, ServeError) as error:
            raise CommandError(str(error)) from error

    def _show(self, summary: Summary, address: str, path: Path) -> None:
        table = {
            "Subscriber rows": f"{summary.rows:,}",
            "  created, held, rejected": f"{summary.created:,}, {summary.held}, {summary.rejected}",
            "Readings accepted": f"{summary.accepted:,}",
            "  repeated, conflict": f"{summary.duplicate}, {summary.conflict}",
            "  quarantined": f"{summary.quarantined}",
            "Alerts standing": f"{summary.alerts}",
            "Reports": f"{summary.reports}",
            "Invoices, charges": f"{summary.invoices}, {summary.charges}",
            "Charged": f"{summary.currency} {summary.total:,}",
            "Seconds": f"{summary.seconds}",
        }
        self.stdout.write("")
        for name, value in table.items():
            self.stdout.write(f"  {name:<26} {value:>16}")
        by_name = address.replace("127.0.0.1", "localhost")
        self.stdout.write(f"\n  {address} (passkeys need the name: {by_name})")
        for role, who in summary.logins.items():
            self.stdout.write(
                f"  {role:<10} {who.username:<12} {who.password:<18} {who.totp_secret}"
            )
        self.stdout.write("  The last column is for an authenticator app; without one, a code is")
        self.stdout.write("  .venv/bin/python manage.py totp_code --secret SECRET")
        self.stdout.write("  The support desk's and administrators' pages, by a log-in of yours:")
        self.stdout.write(
            "  .venv/bin/python manage.py create_user --username ada --role admin --totp"
        )
        folder = (
            path.parent.relative_to(settings.BASE_DIR)
            if path.is_relative_to(settings.BASE_DIR)
            else path.parent
        )
        self.stdout.write(f"\n  Results: {folder}/summary.json, reports/, charges, rejects.csv\n")
