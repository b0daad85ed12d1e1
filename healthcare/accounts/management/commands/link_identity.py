"""`manage.py link_identity --username U --provider C --subject SUB`: a clinician's account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcare.accounts import identities
from healthcare.accounts.models import IdentityProvider, User
from healthcare.audit.actors import command

BY = command("link_identity")


class Command(BaseCommand):
    """Say which account at a hospital's provider is a clinician's, or take that back.

    Clinicians who sign in here already do it themselves, under Account.
    """

    help = "Let a clinician sign in with their account at the hospital's provider."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--provider", required=True, metavar="CODE")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--subject", help="the provider's own id of the account (OpenID sub)")
        what.add_argument("--end", action="store_true", help="take the link away")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"Nobody is called {options['username']!r}: check the name.")
        provider = IdentityProvider.objects.filter(code=options["provider"]).first()
        if provider is None:
            raise CommandError(
                f"There is no provider {options['provider']!r}: make it known with"
                " manage.py identity_provider."
            )
        now = timezone.now()
        if options["end"]:
            if not identities.unlink(user=user, provider=provider, now=now, by=BY):
                raise CommandError(f"{user.username} has no account linked at {provider.code}.")
            self.stdout.write(f"{user.username}: no longer linked at {provider.code}")
            return
        try:
            identities.link(
                user=user, provider=provider, subject=options["subject"], now=now, by=BY
            )
        except identities.CannotLink as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.username}: linked at {provider.code}")
