"""The main job on the sample data, from the subscriber file to the report and the charge."""

import csv
import json
import shutil
import time
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import CommandError

from healthcare.runtime.demo import handing_out, people
from healthcare.runtime.demo.driving import Answer, ask, begin, tell
from healthcare.runtime.demo.progress import Out, Step, step

ZONE = ZoneInfo("Asia/Tokyo")  # of the operator `demo`
CURRENCY = "JPY"
REPLAYED_PEOPLE = 10
BUILDING_PATIENCE = 600.0


@dataclass
class Summary:
    """What `summary.json` holds; the names are fixed by docs/running.md."""

    rows: int = 0
    created: int = 0
    rejected: int = 0
    held: int = 0
    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    quarantined: int = 0
    alerts: int = 0
    reports: int = 0
    invoices: int = 0
    charges: int = 0
    total: int = 0
    currency: str = CURRENCY
    seconds: float = 0.0
    logins: dict[str, people.LogIn] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The period and the places of a demo. `month` is last month, which reports and bills cover."""

    now: datetime
    patients: int
    first: date
    month: date
    folder: Path
    samples: Path

    @classmethod
    def of(cls, *, now: datetime, patients: int, days: int | None) -> "Plan":
        """Readings from the first of last month, or over the last `days`, to today."""
        today = now.astimezone(ZONE).date()
        month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        first = month if days is None else today - timedelta(days=days - 1)
        return cls(
            now=now,
            patients=patients,
            first=first,
            month=month,
            folder=Path(settings.VAR_DIR) / "demo",
            samples=Path(settings.BASE_DIR) / "samples",
        )

    @property
    def month_text(self) -> str:
        return f"{self.month:%Y-%m}"


class MainJob:
    """Each step is the product's own command or HTTP; `summary` fills as they end."""

    def __init__(self, plan: Plan, out: Out) -> None:
        self.plan, self.out = plan, out
        self.summary = Summary()
        self.members: list[people.Member] = []
        plan.folder.mkdir(parents=True, exist_ok=True)

    def before_serving(self) -> None:
        """Everything that needs no server: the base moves in, people join and get devices."""
        # The first report would wait for the fonts; cut beside the rest, nobody does.
        self.fonts = begin("prepare_fonts")
        self._import()
        self._join()
        self._hand_out_devices()

    def while_serving(self, address: str) -> None:
        """What needs the servers: readings over HTTP, reports by workers, then the bill."""
        self._measure(address)
        self._report()
        self._bill()

    def _import(self) -> None:
        rejects = self.plan.folder / "rejects.csv"
        with step(self.out, "Subscribers move in") as doing:
            found = ask(
                "import_subscribers",
                str(self.plan.samples / "subscribers.csv"),
                *("--operator", people.OPERATOR, "--rejects", str(rejects)),
            )
            doing.result = (
                f"{found['rows']} rows: {found['created']} created, "
                f"{found['held']} held, {found['rejected']} rejected"
            )
        for name in ("rows", "created", "rejected", "held"):
            setattr(self.summary, name, found[name])

    def _join(self) -> None:
        plan = self.plan
        refused = _lines_of(plan.folder / "rejects.csv")
        everybody = people.adults(plan.samples / "subscribers.csv", refused, plan.month)
        wanted = plan.patients + REPLAYED_PEOPLE
        if wanted > len(everybody):
            raise CommandError(
                f"{len(everybody)} people of the sample can join, {REPLAYED_PEOPLE} of them for the"
                f" replay: --patients is at most {len(everybody) - REPLAYED_PEOPLE}."
            )
        self.members = people.cast(everybody, wanted)
        since = min(plan.first, plan.month)
        with step(self.out, "Members join", total=len(self.members), unit="people") as doing:
            people.open_hospitals()
            people.join(self.members, since=since, paying_from=plan.month, step=doing)
            self.summary.logins = people.log_ins(self.members, plan.folder / "logins.json")
            doing.result = f"{len(self.members)} consent, choose a package and a hospital"

    def _hand_out_devices(self) -> None:
        """A cuff and a sleep monitor for everybody, in a file for each way to measure."""
        plan = self.plan
        first = min(plan.first, plan.month) - timedelta(days=1)
        with step(self.out, "Devices handed over", total=2 * len(self.members)) as doing:
            lines = handing_out.hand_out(
                self.members,
                ledger=plan.folder / f"tokens-{handing_out.name_of_database()}.jsonl",
                handed_over_at=datetime.combine(first, datetime.min.time(), ZONE),
                doing=doing,
            )
            simulated = len(handing_out.KINDS) * plan.patients
            handing_out.write(lines[:simulated], plan.folder / "devices.jsonl")
            handing_out.write(lines[simulated:], plan.folder / "replay.jsonl")
            doing.result = f"{len(lines)} devices"

    def _measure(self, address: str) -> None:
        plan = self.plan
        with step(self.out, "Devices measure", unit="readings") as doing:
            simulated = ask(
                "simulate",
                *("--members", str(plan.folder / "devices.jsonl"), "--url", address),
                *("--from", plan.first.isoformat(), "--seed", "1"),
                progress=doing,
            )
            replayed = ask(
                "simulate",
                *("--members", str(plan.folder / "replay.jsonl"), "--url", address),
                *("--replay", str(plan.samples / "nhanes_bp_sleep.csv")),
                *("--from", plan.month.isoformat()),
            )
            for name in ("accepted", "duplicate", "conflict", "quarantined"):
                setattr(self.summary, name, simulated[name] + replayed[name])
            doing.result = (
                f"{self.summary.accepted} accepted, {self.summary.duplicate} repeated, "
                f"{self.summary.quarantined} quarantined"
            )
        tell("refresh_worklist")
        self.summary.alerts = sum(ask("count_alerts").values())

    def _report(self) -> None:
        month, folder = self.plan.month_text, self.plan.folder / "reports"
        shutil.rmtree(folder, ignore_errors=True)
        with step(self.out, "Workers build reports", unit="reports") as doing:
            self.fonts.wait()
            asked = ask("build_reports", "--month", month)
            doing.total = asked["requested"] + asked["existing"]
            found = _await_reports(month, folder, doing, asked)
            doing.result = f"{found['ready']} PDFs for {month}"
        self.summary.reports = found["ready"]

    def _bill(self) -> None:
        month = self.plan.month_text
        charges = self.plan.folder / f"charges-{month}.csv"
        with step(self.out, "Billing") as doing:
            run = ask("run_billing", "--month", month)
            written = ask(
                "write_charges",
                *("--month", month, "--operator", people.OPERATOR, "--out", str(charges)),
            )
            self.summary.invoices = run["invoices_created"] + run["invoices_existing"]
            self.summary.total, self.summary.currency = run["total"], run["currency"]
            self.summary.charges = written["charges"]
            doing.result = (
                f"{self.summary.invoices} invoices, {self.summary.charges} charges, "
                f"{self.summary.currency} {self.summary.total:,}"
            )

    def write_summary(self, seconds: float) -> Path:
        """Write `summary.json`, which holds the log-ins and so is its owner's alone."""
        self.summary.seconds = round(seconds, 1)
        path = self.plan.folder / "summary.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self.summary), indent=2) + "\n")
        return path


def _lines_of(rejects: Path) -> set[int]:
    """Numbers of the lines that the import did not take."""
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        return {int(row["line"]) for row in csv.DictReader(file)}


def _await_reports(month: str, folder: Path, doing: Step, asked: Answer) -> Answer:
    """Ask until no report of the month waits. The sweep rings for what a message missed."""
    until = time.monotonic() + BUILDING_PATIENCE
    while True:
        found = ask("export_reports", "--month", month, "--to", str(folder))
        waiting = found["requested"] + found["building"]
        if not waiting:
            return found
        if time.monotonic() > until:
            raise CommandError(
                f"{waiting} reports are not built after {BUILDING_PATIENCE:.0f} s: look at "
                "var/demo/servers.log for what the workers say."
            )
        doing.at(found["ready"])
        time.sleep(1)
