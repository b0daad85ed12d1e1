"""The doors of the pages: who may enter, in whose scope, at what time.

A door checks the role, opens the transaction with the scope, reads the clock and hands the view a
visit. Somebody who is not signed in goes to the sign-in page; a page of another role does not
exist (404), just like a person outside the scope.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from healthcare.accounts.models import Role, User
from healthcare.audit import recording
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from healthcare.subscribers.access import operator_staff as staff_of
from healthcare.subscribers.access import scope_for_operator
from healthcare.subscribers.models import Operator
from reports.charts.words import Language

P = ParamSpec("P")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody signed in looks at a page, now."""

    user: User
    now: datetime
    address: str | None

    @property
    def language(self) -> Language:
        """The language the page is written in: `en` or `ja`."""
        return "ja" if (translation.get_language() or "").startswith("ja") else "en"

    def seen(
        self, patient_ids: list[int], *, what: str, why: str, hospital_id: int | None = None
    ) -> None:
        """Note that this person saw health data of these people."""
        recording.seen(
            patient_ids=patient_ids,
            what=what,
            why=why,
            hospital_id=hospital_id,
            address=self.address,
            at=self.now,
            by=self.user.actor,
        )


@dataclass(frozen=True, slots=True)
class ClinicVisit(Visit):
    """A clinician, at the hospital where they work now."""

    hospital: Hospital

    def saw(self, *patient_ids: int, what: str) -> None:
        """An access event for each patient whose health data this page shows."""
        self.seen(list(patient_ids), what=what, why="care", hospital_id=self.hospital.pk)


@dataclass(frozen=True, slots=True)
class MemberVisit(Visit):
    """A member, with their own record."""

    patient: Patient

    def saw(self, *, what: str) -> None:
        """An access event for the member's own health data."""
        self.seen([self.patient.pk], what=what, why="own data")


@dataclass(frozen=True, slots=True)
class OperatorVisit(Visit):
    """Somebody of an operator's staff."""

    operator: Operator


@dataclass(frozen=True, slots=True)
class SupportVisit(Visit):
    """Somebody at the support desk: no scope covers anybody."""


@dataclass(frozen=True, slots=True)
class AdministratorVisit(Visit):
    """A platform administrator: the audit log is in scope, and nobody's data."""


View = Callable[Concatenate[HttpRequest, V, P], HttpResponse]
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _door(
    role: Role, enter: Callable[[User, datetime, str | None], tuple[Scope, Callable[[], V]]]
) -> Callable[[View[V, P]], Page[P]]:
    def decorate(view: View[V, P]) -> Page[P]:
        @wraps(view)
        def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = request.user
            if not isinstance(user, User):
                return to_sign_in(request)
            if user.role != role:
                raise Http404
            speak(request, user)
            scope, visit = enter(user, timezone.now(), request.META.get("REMOTE_ADDR") or None)
            # The page is rendered inside, so what a template asks is asked in this scope too.
            with acting_in(scope):
                try:
                    return view(request, visit(), *args, **kwargs)
                except ObjectDoesNotExist as error:
                    # Foreign and absent look the same.
                    raise Http404 from error

        return page

    return decorate


# Pages that a program asks, and what it says there (RFC 6749, 7636): nothing without it.
ASKED_BY_PROGRAMS = {
    "portal:my:authorize": (
        *("response_type", "client_id", "redirect_uri", "scope", "state"),
        *("code_challenge", "code_challenge_method"),
    )
}


def to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in page, and back here afterwards when the page was only to be read."""
    # Without the query: what somebody typed there does not travel on in another address.
    here = request.resolver_match.view_name if request.resolver_match else ""
    kept = [(k, v) for k, v in request.GET.items() if k in ASKED_BY_PROGRAMS.get(here, ())]
    address = f"{request.path}?{urlencode(kept)}" if kept else request.path
    back = {"next": address} if request.method == "GET" else {}
    query = f"?{urlencode(back)}" if back and request.path != "/" else ""
    return HttpResponseRedirect(reverse("portal:sign-in") + query)


def speak(request: HttpRequest, user: User) -> None:
    """Use the language that the person chose, if they did."""
    if user.language:
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language


def _clinic(
    user: User, now: datetime, address: str | None
) -> tuple[Scope, Callable[[], ClinicVisit]]:
    scope = scope_for(user, now=now)
    if scope.hospital_id is None:
        raise PermissionDenied(_("You do not work at a hospital now. Ask your administrator."))
    hospital = Hospital.objects.get(pk=scope.hospital_id)
    return scope, lambda: ClinicVisit(user, now, address, hospital)


def _own(user: User, now: datetime, address: str | None) -> tuple[Scope, Callable[[], MemberVisit]]:
    scope = scope_for(user, now=now)
    if not scope.patient_ids:
        raise PermissionDenied(_("This sign-in has no member record. Call the support desk."))
    return scope, lambda: MemberVisit(user, now, address, Patient.objects.get())


def _operator(
    user: User, now: datetime, address: str | None
) -> tuple[Scope, Callable[[], OperatorVisit]]:
    staff = staff_of(user)
    if staff is None:
        raise PermissionDenied(_("You do not work for an operator now. Ask your administrator."))
    return scope_for_operator(user), lambda: OperatorVisit(user, now, address, staff.operator)


def _support(
    user: User, now: datetime, address: str | None
) -> tuple[Scope, Callable[[], SupportVisit]]:
    return Scope.nobody(), lambda: SupportVisit(user, now, address)


def _administrator(
    user: User, now: datetime, address: str | None
) -> tuple[Scope, Callable[[], AdministratorVisit]]:
    return Scope.audit(), lambda: AdministratorVisit(user, now, address)


def clinician(view: View[ClinicVisit, P]) -> Page[P]:
    """A page for clinicians, in the scope of their hospital."""
    return _door(Role.CLINICIAN, _clinic)(view)


def member(view: View[MemberVisit, P]) -> Page[P]:
    """A page for members, in the scope of their own record."""
    return _door(Role.MEMBER, _own)(view)


def operator_staff(view: View[OperatorVisit, P]) -> Page[P]:
    """A page for an operator's staff: membership and money of their subscribers, no health data."""
    return _door(Role.OPERATOR, _operator)(view)


def support(view: View[SupportVisit, P]) -> Page[P]:
    """A page for the support desk, in the scope of nobody."""
    return _door(Role.SUPPORT, _support)(view)


def administrator(view: View[AdministratorVisit, P]) -> Page[P]:
    """A page for platform administrators, in the scope of the audit log."""
    return _door(Role.ADMIN, _administrator)(view)
