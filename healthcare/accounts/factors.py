"""Second factors: an authenticator app, passkeys, recovery codes. allauth keeps them; here is what
is ours: seeds are sealed, no code counts twice, who must have a factor keeps one, and each change
leaves a record."""

from datetime import datetime
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from healthcare.accounts import sessions
from healthcare.accounts.models import MUST_HAVE_SECOND_FACTOR, User
from healthcare.accounts.sealing import Sealed, seal, unseal
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record

PROVING = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# With a tolerance of one step a code stands for ninety seconds.
CODE_LIVES = 120


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks about second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "That did not fit. Wait for the next code, and look at the clock of your telephone."
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor: set up another one first."
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal(text, Sealed.SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, Sealed.SECOND_FACTOR)

    def get_totp_label(self, user: User) -> str:
        return user.username

    def _get_site_name(self) -> str:
        return "Mimamori"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return may_remove(authenticator)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": user.username, "display_name": user.username}


class _OnceOnly:
    """A code that was shown is worth nothing from then on."""

    user: User

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if not use_up(user=self.user, code=code):
            raise ValidationError(FactorAdapter.error_messages["incorrect_code"])
        return code


class CodeForm(_OnceOnly, AuthenticateForm):  # type: ignore[misc]
    """A code after the password."""


class ConfirmingCodeForm(_OnceOnly, ReauthenticateForm):  # type: ignore[misc]
    """A code before an export or a change of factors."""


class NewAuthenticatorForm(_OnceOnly, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""


def use_up(*, user: User, code: str) -> bool:
    """Whether this code comes for the first time, asked across processes."""
    digits = "".join(sign for sign in code if sign.isalnum())
    return cache.add(f"accounts.code:{user.pk}:{digits}", 1, timeout=CODE_LIVES)


def has_second_factor(user: User) -> bool:
    """Whether this person can show an app's code or a passkey."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=PROVING).exists())


def may_remove(authenticator: Authenticator) -> bool:
    """Not the last one of somebody who must have one."""
    user = User.objects.get(pk=authenticator.user_id)
    others = Authenticator.objects.filter(user_id=user.pk, type__in=PROVING)
    return user.role not in MUST_HAVE_SECOND_FACTOR or others.exclude(pk=authenticator.pk).exists()


@transaction.atomic
def give_authenticator(*, user: User, now: datetime, by: Actor) -> str:
    """Make a seed for somebody's authenticator app and return it in base32; shown only now.

    Raises:
        ValueError: they have an app already.
    """
    if Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
        raise ValueError(f"{user.username} has an authenticator app already: reset it first.")
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    note(what="added", user=user, kind=Authenticator.Type.TOTP, now=now, by=by)
    return secret


@transaction.atomic
def reset(*, user: User, now: datetime, by: Actor) -> int:
    """Take away every factor of somebody who lost theirs, and end their sessions. Returns how many
    factors there were."""
    kept = list(Authenticator.objects.select_for_update().filter(user_id=user.pk))
    for factor in kept:
        factor.delete()
        note(what="removed", user=user, kind=factor.type, now=now, by=by)
    sessions.end(user=user, now=now, by=by)
    return len(kept)


def note(*, what: str, user: User, kind: str, now: datetime, by: Actor) -> None:
    """Record that a factor was added or removed, inside the transaction of the change."""
    record(
        action=f"accounts.factor_{what}",
        subject_type="user",
        subject_id=user.pk,
        details={"kind": str(kind)},
        at=now,
        by=by,
    )
