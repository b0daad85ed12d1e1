"""`manage.py identity_provider --code C --issuer URL ...`: where people sign in elsewhere."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from healthcare.accounts import openid
from healthcare.accounts.models import IdentityProvider
from healthcare.accounts.sealing import Sealed, seal
from healthcare.audit.actors import command
from healthcare.audit.recording import record
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.queries import HospitalUnknown, hospital_of_code
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.models import Operator
from healthcare.subscribers.queries import OperatorUnknown, operator_of

BY = command("identity_provider")
# Given again they change, left out they stay.
KEPT = ("name", "name_ja", "issuer", "client_id", "strong_acr", "strong_amr")


class Command(BaseCommand):
    """Make an OpenID provider known, or change it; it has to answer while this runs."""

    help = "Let a hospital's clinicians or an operator's members sign in with their account there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="short name, in our sign-in address")
        parser.add_argument("--name", help="as people know it")
        parser.add_argument("--name-ja", help="the same in Japanese")
        parser.add_argument("--issuer", metavar="URL", help="as its discovery document says")
        parser.add_argument("--client-id", help="who we are there")
        parser.add_argument(
            "--client-secret-file", metavar="FILE", help="our secret there; - reads standard input"
        )
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument("--hospital", metavar="CODE", help="whose clinicians it signs in")
        whose.add_argument("--operator", metavar="CODE", help="whose members it signs in")
        parser.add_argument(
            "--strong-acr", metavar="VALUE", nargs="*", help="acr that means a second factor"
        )
        parser.add_argument(
            "--strong-amr", metavar="VALUE", nargs="*", help="amr that does; mfa unless said"
        )
        parser.add_argument("--off", action="store_true", help="nobody signs in with it from now")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_in(Scope.system("setting up an identity provider")), transaction.atomic():
                provider = self._save(options)
        except (HospitalUnknown, OperatorUnknown) as error:
            raise CommandError(str(error)) from error
        except openid.ProviderFailed as error:
            raise CommandError(
                f"{options['issuer']} does not answer as an OpenID provider ({error}): check"
                " --issuer against the `issuer` of its /.well-known/openid-configuration."
            ) from error
        state = "on" if provider.is_active else "off"
        answered = reverse("portal:sign-in-answered")
        self.stdout.write(f"{provider.code}: {provider.name}, {state}")
        self.stdout.write(f"redirect URI to register there: https://YOUR-ADDRESS{answered}")

    def _save(self, options: dict[str, Any]) -> IdentityProvider:
        provider = IdentityProvider.objects.filter(code=options["code"]).first()
        if provider is None:
            provider = self._new(options)
        for name in KEPT:
            if options[name] is not None:
                setattr(provider, name, options[name])
        if options["client_secret_file"]:
            provider.client_secret = seal(_read(options["client_secret_file"]), Sealed.CLIENT)
        provider.is_active = not options["off"]
        provider.issuer = provider.issuer.rstrip("/")
        provider.save()
        if provider.is_active:
            openid.metadata(provider)
        if options["operator"]:
            operator = operator_of(options["operator"])
            Operator.objects.filter(pk=operator.pk).update(identity_provider=provider)
        record(
            action="accounts.identity_provider_set",
            subject_type="identity_provider",
            subject_id=provider.pk,
            details={"code": provider.code, "active": provider.is_active},
            at=timezone.now(),
            by=BY,
        )
        return provider

    def _new(self, options: dict[str, Any]) -> IdentityProvider:
        needed = ("name", "issuer", "client_id", "client_secret_file")
        missing = [f"--{name.replace('_', '-')}" for name in needed if not options[name]]
        if not (options["hospital"] or options["operator"]):
            missing.append("--hospital or --operator")
        if missing:
            raise CommandError(f"A new provider also needs {', '.join(missing)}.")
        return IdentityProvider(code=options["code"], hospital=_hospital(options["hospital"]))


def _hospital(code: str | None) -> Hospital | None:
    return hospital_of_code(code) if code else None


def _read(name: str) -> str:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"--client-secret-file {name}: {error.strerror}.") from error
    if not text.strip():
        raise CommandError(f"--client-secret-file {name} is empty: put the secret into it.")
    return text.strip()
