"""The support desk finds a member's contract: by exact identifiers, for a reason, audited.

Membership only. The action says who is meant; what the page shows of them is the page's business,
in the same scope, `Scope.support()`, which covers no health data.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from healthcare.accounts.models import User
from healthcare.audit.counting import times_done_by
from healthcare.audit.recording import record
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract, Line

DAY = timedelta(hours=24)
FOUND, MISSED = "subscribers.looked_up", "subscribers.look_up_missed"


class Reason(models.TextChoices):
    """Why the desk looks somebody up. A choice, not words: callers tell of their health."""

    SIGN_IN = "sign_in", _("Signing in")
    DEVICE = "device", _("A device")
    PACKAGE = "package", _("The package")
    CONSENT = "consent", _("Consent")
    INVOICE = "invoice", _("An invoice")
    MOVE = "move", _("A new number or contract")
    OTHER = "other", _("Something else the caller asked")


class NotFound(LookupError):
    """Not exactly one member; the message says why in a word: `nobody`, `several`, `budget`."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Who is meant: an operator's contract id, or full name and birth date, each exactly."""

    operator_code: str = ""
    operator_subscriber_id: str = ""
    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None

    @property
    def kind(self) -> str:
        """`contract` or `name`."""
        return "contract" if self.operator_subscriber_id else "name"


def look_up(*, sought: Sought, reason: Reason, now: datetime, by: User) -> Patient:
    """The one member of these identifiers. Call it in `Scope.support()`; found or not, the
    look-up is recorded. Raises `NotFound`."""
    if times_done_by(by.actor, actions=[FOUND, MISSED], since=now - DAY) >= settings.LOOK_UPS_A_DAY:
        raise NotFound("budget")
    found = _matching(sought)
    record(
        action=FOUND if len(found) == 1 else MISSED,
        subject_type="patient",
        subject_id=found[0].pk if len(found) == 1 else "",
        patient_id=found[0].pk if len(found) == 1 else None,
        details={"asked_by": sought.kind, "reason": reason.value},
        at=now,
        by=by.actor,
    )
    if len(found) != 1:
        raise NotFound("several" if found else "nobody")
    return found[0]


def contracts_of(patient: Patient) -> list[Contract]:
    """A person's contracts, the living one first, with operator."""
    return list(
        Contract.objects.filter(patient=patient)
        .select_related("operator")
        .order_by(F("ended_on").desc(nulls_first=True), "-activated_on")
    )


def masked_number(contract: Contract, *, on: date) -> str:
    """The last four digits of the number the contract has on that day, empty without one."""
    line = Line.objects.filter(contract=contract, period__contains=on).first()
    return f"•••• {line.number[-4:]}" if line else ""


def _matching(sought: Sought) -> list[Patient]:
    if sought.kind == "contract":
        contracts = Contract.objects.filter(
            operator__code=sought.operator_code,
            operator_subscriber_id=sought.operator_subscriber_id.strip(),
        )
        return list(Patient.objects.filter(pk__in=contracts.values("patient_id"))[:2])
    family, given = _plain(sought.family_name), _plain(sought.given_name)
    if not (family and given and sought.birth_date):
        return []
    return list(
        Patient.objects.filter(birth_date=sought.birth_date, replaced_by=None).filter(
            Q(family_name=family, given_name=given)
            | Q(family_name_kana=family, given_name_kana=given)
        )[:2]
    )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
