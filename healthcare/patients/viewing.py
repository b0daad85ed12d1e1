"""Somebody looks at a person's health data: noted for the member, and counted for the day.

A clinician looks at so many patients a day as the hospital, else the installation, says. Beyond
it they go on with a reason, which the hospital's lead reads. The lines of a list are noted as
views, but not counted: a list shows who needs a look, not the person.
"""

from collections.abc import Collection
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from healthcare.accounts.models import Role, User
from healthcare.audit.counting import people_seen_by
from healthcare.audit.models import LISTS
from healthcare.audit.recording import record, seen
from healthcare.hospitals.models import Hospital
from healthcare.patients.models import BudgetLift, Notice, NoticeKind

SHORTEST_REASON = 15


class BudgetSpent(RuntimeError):
    """The clinician has looked at as many patients today as the budget allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You have looked at {limit} patients today, which is the daily budget. Sign in to the"
            " portal and give a reason to go on today."
        )
        self.limit = limit


class ReasonTooShort(ValueError):
    """A reason is said in words."""


def saw(
    *,
    user: User,
    patient_ids: Collection[int],
    what: str,
    why: str,
    hospital: Hospital | int | None = None,
    address: str | None = None,
    now: datetime,
) -> None:
    """Note that this person sees health data of these people: one event each. Call it once a
    request, before anything is shown, in the transaction of the view. Of the hospital where they
    work, the id is enough for who has not loaded it.

    Raises `BudgetSpent`, and notes nothing, when it would be one patient too many for today.
    """
    if what not in LISTS and hospital is not None and user.role == Role.CLINICIAN:
        if not isinstance(hospital, Hospital):
            hospital = Hospital.objects.get(pk=hospital)
        _spend(user, set(patient_ids), hospital, now)
    seen(
        patient_ids=patient_ids,
        what=what,
        why=why,
        hospital_id=hospital.pk if isinstance(hospital, Hospital) else hospital,
        address=address,
        at=now,
        by=user.actor,
    )


def limit_of(hospital: Hospital) -> int:
    """How many patients one clinician of this hospital may look at in a day."""
    own = hospital.patients_a_day
    return settings.PATIENTS_A_DAY if own is None else own


@transaction.atomic
def lift(*, user: User, hospital: Hospital, reason: str, now: datetime) -> None:
    """Let a clinician go on beyond the budget until midnight; the hospital's lead is told.

    Raises `ReasonTooShort`.
    """
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise ReasonTooShort(f"A reason has at least {SHORTEST_REASON} letters.")
    _, made = BudgetLift.objects.get_or_create(
        user=user,
        hospital=hospital,
        day=_midnight(hospital, now).date(),
        defaults={"reason": reason, "at": now},
    )
    if not made:
        return
    Notice.objects.create(
        hospital=hospital, kind=NoticeKind.BUDGET, at=now, about=user, reason=reason
    )
    record(
        action="patients.budget_lifted",
        subject_type="user",
        subject_id=user.pk,
        details={"limit": limit_of(hospital)},
        at=now,
        by=user.actor,
    )


def _spend(user: User, patient_ids: set[int], hospital: Hospital, now: datetime) -> None:
    limit, since = limit_of(hospital), _midnight(hospital, now)
    today = people_seen_by(user.actor, since=since)
    # Somebody seen already today costs nothing, so nobody is stopped in the middle of a case.
    if patient_ids <= today or len(today | patient_ids) <= limit:
        return
    lifted = BudgetLift.objects.filter(user=user, hospital=hospital, day=since.date())
    if not lifted.exists():
        raise BudgetSpent(limit)


def _midnight(hospital: Hospital, now: datetime) -> datetime:
    zone = ZoneInfo(hospital.timezone)
    return datetime.combine(now.astimezone(zone).date(), time(), zone)
