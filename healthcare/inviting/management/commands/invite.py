"""`manage.py invite plan|start|pause|resume|cancel|show --operator CODE [--wave NAME]`."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import queries, waves
from healthcare.inviting.models import Channel, InvitationWave
from healthcare.inviting.tasks import lead
from healthcare.runtime.ringing import ring
from healthcare.subscribers.management.days import day
from healthcare.subscribers.models import Operator
from healthcare.subscribers.queries import OperatorUnknown, operator_of

STEERING = {
    "start": waves.start,
    "pause": waves.pause,
    "resume": waves.resume,
    "cancel": waves.cancel,
}


class Command(BaseCommand):
    """Invite subscribers in waves."""

    help = "Waves of invitations: plan one, start, pause, resume or cancel it, show what it did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=["plan", *STEERING, "show"])
        parser.add_argument("--operator", default="demo", metavar="CODE")
        parser.add_argument("--wave", metavar="NAME", help="show: all of them without it")
        parser.add_argument("--cut-over", type=day, metavar="DATE", help="plan: who is a customer")
        parser.add_argument(
            "--starts-at", type=datetime.fromisoformat, metavar="TIME", help="with zone; now"
        )
        parser.add_argument(
            "--channel", action="append", choices=Channel.values, help="in order; repeat it"
        )
        parser.add_argument("--pace", type=int, default=60, help="messages a minute")
        parser.add_argument("--expiry-days", type=int, default=30)
        parser.add_argument("--reminder-days", type=int, default=10, help="0: no reminder")
        parser.add_argument("--json", action="store_true", help="one object a wave on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_in(Scope.system("waves of invitations")):
                operator = operator_of(options["operator"])
                found = self._do(operator, options)
        except (OperatorUnknown, waves.WaveRefused) as error:
            raise CommandError(str(error)) from error
        for wave in found:
            self._show(wave, as_json=options["json"])

    def _do(self, operator: Operator, options: dict[str, Any]) -> list[InvitationWave]:
        known = InvitationWave.objects.filter(operator=operator)
        if options["do"] == "show" and not options["wave"]:
            return list(known)
        if not options["wave"]:
            raise CommandError("Name the wave: --wave NAME.")
        if options["do"] == "plan":
            return [self._plan(operator, options)]
        wave = known.filter(name=options["wave"]).first()
        if wave is None:
            names = ", ".join(known.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no wave {options['wave']!r}; there are: {names}.")
        if options["do"] != "show":
            STEERING[options["do"]](wave=wave, now=timezone.now(), by=command("invite"))
            ring(lead, wave.pk)
        return [wave]

    def _plan(self, operator: Operator, options: dict[str, Any]) -> InvitationWave:
        if options["cut_over"] is None or not options["channel"]:
            raise CommandError("plan needs --cut-over DATE and at least one --channel.")
        starts_at = options["starts_at"] or timezone.now()
        if timezone.is_naive(starts_at):
            raise CommandError("--starts-at needs a zone: 2026-12-01T09:00+09:00.")
        plan = waves.Plan(
            name=options["wave"],
            cut_over_on=options["cut_over"],
            starts_at=starts_at,
            channels=options["channel"],
            pace=options["pace"],
            expiry_days=options["expiry_days"],
            reminder_days=options["reminder_days"],
        )
        wave = waves.plan(operator=operator, plan=plan, now=timezone.now(), by=command("invite"))
        ring(lead, wave.pk)
        return wave

    def _show(self, wave: InvitationWave, *, as_json: bool) -> None:
        said: dict[str, Any] = {"wave": wave.name, "state": wave.state, **queries.counts(wave)}
        if as_json:
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            counts = ", ".join(f"{name} {count}" for name, count in queries.counts(wave).items())
            self.stdout.write(f"{wave.name}: {wave.state}; {counts}")
