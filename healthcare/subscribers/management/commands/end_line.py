"""`manage.py end_line --operator-subscriber-id ID --on DATE [--ported]`: a contract is over."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.ending import CannotEnd, end
from healthcare.subscribers.line_ends import Cause
from healthcare.subscribers.management.days import day
from healthcare.subscribers.queries import SubscriberUnknown, contract_of


class Command(BaseCommand):
    """End a contract: charging and sign-in through its line end, care goes on (docs/numbers.md)."""

    help = "End a contract and what is bound to its line; the person's care goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--operator-subscriber-id", required=True, metavar="ID")
        parser.add_argument("--operator", default="demo", metavar="CODE")
        parser.add_argument(
            "--on", required=True, type=day, metavar="DATE", help="first day without the contract"
        )
        parser.add_argument("--ported", action="store_true", help="taken to another operator")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_in(Scope.system("the end of a line")):
                contract = end(
                    contract=contract_of(
                        operator_code=options["operator"],
                        operator_subscriber_id=options["operator_subscriber_id"],
                    ),
                    on=options["on"],
                    cause=Cause.PORTED if options["ported"] else Cause.LINE_ENDED,
                    now=timezone.now(),
                    by=command("end_line"),
                )
        except (SubscriberUnknown, CannotEnd) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{contract.operator_subscriber_id} ended on {contract.ended_on}.")
