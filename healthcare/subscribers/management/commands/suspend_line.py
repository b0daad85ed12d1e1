"""`manage.py suspend_line --operator-subscriber-id ID --on DATE [--resume]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.ending import CannotEnd, resume, suspend
from healthcare.subscribers.management.days import day
from healthcare.subscribers.queries import SubscriberUnknown, contract_of


class Command(BaseCommand):
    """Suspend a line, or let it work again."""

    help = "Suspend a line, which opens and pays nothing until --resume."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--operator-subscriber-id", required=True, metavar="ID")
        parser.add_argument("--operator", default="demo", metavar="CODE")
        parser.add_argument("--on", required=True, type=day, metavar="DATE", help="from this day")
        parser.add_argument("--resume", action="store_true", help="it works again from that day")

    def handle(self, *args: Any, **options: Any) -> None:
        now, by = timezone.now(), command("suspend_line")
        try:
            with acting_in(Scope.system("the suspension of a line")):
                contract = contract_of(
                    operator_code=options["operator"],
                    operator_subscriber_id=options["operator_subscriber_id"],
                )
                if options["resume"]:
                    resume(contract=contract, on=options["on"], now=now, by=by)
                else:
                    suspend(contract=contract, since=options["on"], now=now, by=by)
        except (SubscriberUnknown, CannotEnd) as error:
            raise CommandError(str(error)) from error
        what = "works again" if options["resume"] else "is suspended"
        self.stdout.write(f"{contract.operator_subscriber_id} {what} from {options['on']}.")
