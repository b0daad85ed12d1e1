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
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from healthcare.accounts.models import HospitalStaff, Role, User
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import noticing, viewing, watching_along
from healthcare.patients.access import (
    hospital_of,
    scope_for,
    scope_for_family,
    scope_for_opened,
    scope_for_staff,
)
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
        self, patient_ids: list[int], *, what: str, why: str, hospital: Hospital | None = None
    ) -> None:
        """Note that this person sees health data of these people. Raises `BudgetSpent` when it
        is one patient too many for today; the door makes a page of it."""
        viewing.saw(
            user=self.user,
            patient_ids=patient_ids,
            what=what,
            why=why,
            hospital=hospital,
            address=self.address,
            now=self.now,
        )


@dataclass(frozen=True, slots=True)
class ClinicVisit(Visit):
    """A clinician, at the hospital where they work now."""

    staff: HospitalStaff

    @property
    def hospital(self) -> Hospital:
        """Where they work now."""
        return self.staff.hospital

    @property
    def notices(self) -> int:
        """How many notices wait for this lead."""
        return noticing.waiting(by=self.staff)

    def saw(self, *patient_ids: int, what: str) -> None:
        """An access event for each patient whose health data this page shows."""
        self.seen(list(patient_ids), what=what, why="care", hospital=self.hospital)


@dataclass(frozen=True, slots=True)
class OpenedVisit(ClinicVisit):
    """A clinician, in the scope of what they opened in an emergency; to read only."""

    def saw_opened(self, patient_id: int, *, reason: str, what: str) -> None:
        """An access event with the reason that the clinician gave."""
        why = f"break-glass: {reason}"
        self.seen([patient_id], what=what, why=why, hospital=self.hospital)


@dataclass(frozen=True, slots=True)
class FamilyVisit(Visit):
    """Somebody of the family, in the scope of those who let them watch along."""

    def saw(self, patient_id: int, *, what: str) -> None:
        """An access event for the readings of whom they watch."""
        self.seen([patient_id], what=what, why="family")


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
    """Somebody at the support desk: membership of everybody, health data of nobody."""


class Elsewhere(Exception):
    """This door is not theirs, but another page is; the name of its route."""


@dataclass(frozen=True, slots=True)
class AdministratorVisit(Visit):
    """A platform administrator: the audit log is in scope, and nobody's data."""


View = Callable[Concatenate[HttpRequest, V, P], HttpResponse]
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _door(
    role: Role,
    enter: Callable[[User, datetime, str | None], tuple[Scope, Callable[[], V]]],
    *,
    stays: bool = True,
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
            try:
                scope, visit = enter(user, timezone.now(), request.META.get("REMOTE_ADDR") or None)
                # The page is rendered inside, so what a template asks is asked in this scope too.
                with acting_in(scope):
                    found = visit()
                    if stays:
                        return view(request, found, *args, **kwargs)
                return view(request, found, *args, **kwargs)
            except ObjectDoesNotExist as error:
                # Foreign and absent look the same.
                raise Http404 from error
            except Elsewhere as other:
                return redirect(str(other))
            except viewing.BudgetSpent as spent:
                # What the view did is undone: nothing was shown, and nothing counts.
                return budget_page(request, limit=spent.limit)

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


def budget_page(request: HttpRequest, *, limit: int, refused: bool = False) -> HttpResponse:
    """That the day's budget is spent, and the form that lifts it. 429, or 422 when the reason was
    refused."""
    back = request.POST.get("next", "") if refused else request.get_full_path()
    context = {"limit": limit, "refused": refused, "back": back, "least": viewing.SHORTEST_REASON}
    return render(request, "portal/clinic/budget.html", context, status=422 if refused else 429)


def _staff(user: User, now: datetime) -> HospitalStaff:
    staff = hospital_of(user, now=now)
    if staff is None or not user.is_active:
        raise PermissionDenied(_("You do not work at a hospital now. Ask your administrator."))
    return staff


def _clinic(
    user: User, now: datetime, address: str | None
) -> tuple[Scope, Callable[[], ClinicVisit]]:
    staff = _staff(user, now)
    return scope_for_staff(staff, now=now), lambda: ClinicVisit(user, now, address, staff)


def _opened(
    user: User, now: datetime, address: str | None
) -> tuple[Scope, Callable[[], OpenedVisit]]:
    staff = _staff(user, now)
    return scope_for_opened(staff, now=now), lambda: OpenedVisit(user, now, address, staff)


def _own(user: User, now: datetime, address: str | None) -> tuple[Scope, Callable[[], MemberVisit]]:
    scope = scope_for(user, now=now)
    if not scope.patient_ids:
        with acting_in(scope_for_family(user, now=now)):
            if watching_along.watched_by(user, now=now):
                raise Elsewhere("portal:my:watching")
        raise PermissionDenied(_("This sign-in has no member record. Call the support desk."))
    return scope, lambda: MemberVisit(user, now, address, Patient.objects.get())


def _family(
    user: User, now: datetime, address: str | None
) -> tuple[Scope, Callable[[], FamilyVisit]]:
    return scope_for_family(user, now=now), lambda: FamilyVisit(user, now, address)


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
    return Scope.support(), lambda: SupportVisit(user, now, address)


def _administrator(
    user: User, now: datetime, address: str | None
) -> tuple[Scope, Callable[[], AdministratorVisit]]:
    return Scope.audit(), lambda: AdministratorVisit(user, now, address)


def clinician(view: View[ClinicVisit, P]) -> Page[P]:
    """A page for clinicians, in the scope of their hospital."""
    return _door(Role.CLINICIAN, _clinic)(view)


def opened(view: View[OpenedVisit, P]) -> Page[P]:
    """A page for clinicians that only reads, in the scope of what they opened by break-glass."""
    return _door(Role.CLINICIAN, _opened)(view)


def family(view: View[FamilyVisit, P]) -> Page[P]:
    """A page for who watches along, in the scope of those who let them."""
    return _door(Role.MEMBER, _family)(view)


def member(view: View[MemberVisit, P]) -> Page[P]:
    """A page for members, in the scope of their own record."""
    return _door(Role.MEMBER, _own)(view)


def sending_member(view: View[MemberVisit, P]) -> Page[P]:
    """What a member's page sends to an action that opens its own transaction, in its own scope."""
    return _door(Role.MEMBER, _own, stays=False)(view)


def operator_staff(view: View[OperatorVisit, P]) -> Page[P]:
    """A page for an operator's staff: membership and money of their subscribers, no health data."""
    return _door(Role.OPERATOR, _operator)(view)


def support(view: View[SupportVisit, P]) -> Page[P]:
    """A page for the support desk: membership, no health data."""
    return _door(Role.SUPPORT, _support)(view)


def administrator(view: View[AdministratorVisit, P]) -> Page[P]:
    """A page for platform administrators, in the scope of the audit log."""
    return _door(Role.ADMIN, _administrator)(view)
