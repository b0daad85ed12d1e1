"""What a member approves, what an app gets for it, and how it ends. Every change is audited.

Call these inside a scope that covers the member.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from devices.models import AppCode, AppGrant, AppToken, Ending, MemberApp
from healthcare.accounts.credentials import new_token, token_hash
from healthcare.accounts.models import User
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.patients import consenting
from healthcare.patients.models import Patient, Purpose

CODE_FOR = timedelta(minutes=1)
ACCESS_FOR = timedelta(minutes=30)
# A phone that reports at least this often never has to ask again.
REFRESH_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class LivingApp:
    """An app that may post for a member now, and when it last fetched a token."""

    grant_id: int
    name: str
    approved_at: datetime
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """Both tokens as text, shown to the app only now."""

    access: str
    refresh: str


@transaction.atomic
def approve(
    *,
    app: MemberApp,
    patient: Patient,
    user: User,
    code: str,
    challenge: str,
    redirect_uri: str,
    now: datetime,
    by: Actor,
) -> AppGrant:
    """The member says yes; the app may exchange `code` within a minute."""
    grant = AppGrant.objects.create(app=app, patient=patient, user=user, approved_at=now)
    AppCode.objects.create(
        grant=grant,
        hash=token_hash(code),
        challenge=challenge,
        redirect_uri=redirect_uri,
        expires_at=now + CODE_FOR,
    )
    _record("devices.app_approved", grant, now, by)
    return grant


@transaction.atomic
def take_code(*, code: str, app: MemberApp, now: datetime, by: Actor) -> AppCode | None:
    """The code, locked, when it may be exchanged. One that was exchanged before ends its grant:
    somebody else has it too."""
    found = (
        AppCode.objects.select_for_update(of=("self",))
        .select_related("grant")
        .filter(hash=token_hash(code), grant__app=app)
        .first()
    )
    if found is None or found.grant.ended_at is not None:
        return None
    if found.used_at is not None:
        end(grant=found.grant, because=Ending.CODE_REUSED, now=now, by=by)
        return None
    return found if now < found.expires_at else None


@transaction.atomic
def take_refresh(*, refresh: str, app: MemberApp, now: datetime, by: Actor) -> AppToken | None:
    """The token, locked, when it may be refreshed. One that was refreshed before ends its grant:
    somebody else has it too."""
    found = (
        AppToken.objects.select_for_update(of=("self",))
        .select_related("grant")
        .filter(refresh_hash=token_hash(refresh), grant__app=app)
        .first()
    )
    if found is None or found.grant.ended_at is not None or now >= found.refresh_expires_at:
        return None
    if found.replaced_at is not None:
        end(grant=found.grant, because=Ending.REFRESH_REUSED, now=now, by=by)
        return None
    return found


def living(*, patient: Patient, now: datetime) -> list[LivingApp]:
    """The apps that may post for this person, the latest first."""
    tokens = AppToken.objects.select_related("grant__app").filter(
        grant__patient=patient,
        grant__ended_at=None,
        grant__app__retired_at=None,
        replaced_at=None,
        refresh_expires_at__gt=now,
    )
    return [
        LivingApp(token.grant_id, token.grant.app.name, token.grant.approved_at, token.issued_at)
        for token in tokens.order_by("-grant__approved_at", "-grant_id")
    ]


def member_of(grant: AppGrant, *, now: datetime) -> User | None:
    """The log-in that approved, while it is open, the member's own, and they consent to care."""
    patient = grant.patient
    if not grant.user.is_active or patient.user_id != grant.user_id:
        return None
    stands = consenting.stands(patient_id=patient.pk, purpose=Purpose.CARE, now=now)
    return grant.user if stands else None


def draw() -> Pair:
    """Two new tokens; `issue` keeps their hashes."""
    return Pair(new_token("a").text, new_token("r").text)


@transaction.atomic
def issue(*, grant: AppGrant, tokens: Pair, now: datetime, by: Actor) -> AppToken:
    """The grant's live pair from now on; the one before is refused at once."""
    AppToken.objects.filter(grant=grant, replaced_at=None).update(replaced_at=now)
    token = AppToken.objects.create(
        grant=grant,
        access_hash=token_hash(tokens.access),
        refresh_hash=token_hash(tokens.refresh),
        issued_at=now,
        access_expires_at=now + ACCESS_FOR,
        refresh_expires_at=now + REFRESH_FOR,
    )
    _record("devices.app_token_issued", grant, now, by)
    return token


@transaction.atomic
def end(*, grant: AppGrant, because: Ending, now: datetime, by: Actor) -> bool:
    """The app is refused from now on. False when that was so already."""
    ended = AppGrant.objects.filter(pk=grant.pk, ended_at=None).update(
        ended_at=now, ended_because=because
    )
    if not ended:
        return False
    _record("devices.app_ended", grant, now, by, because=because.value)
    return True


@transaction.atomic
def forget_expired(*, now: datetime) -> int:
    """Delete codes and tokens that can no longer be used, nor used again; returns how many."""
    codes, _ = AppCode.objects.filter(expires_at__lt=now - REFRESH_FOR).delete()
    tokens, _ = AppToken.objects.filter(refresh_expires_at__lt=now).delete()
    return codes + tokens


def _record(action: str, grant: AppGrant, now: datetime, by: Actor, **details: str) -> None:
    record(
        action=action,
        subject_type="app_grant",
        subject_id=grant.pk,
        patient_id=grant.patient_id,
        details={"app": grant.app.name, **details},
        at=now,
        by=by,
    )
