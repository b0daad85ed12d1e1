"""A member's devices: claimed with the code from the box, given back; and the answers to "whose is
this?" for what somebody measured on them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from devices import claiming, whose
from devices.claiming import OtherUser
from devices.models import DeviceHolding, DeviceStatus
from devices.reviewing import ReviewRefused
from healthcare.patients import consenting
from healthcare.patients.models import Purpose
from portal.doors import MemberVisit, member
from portal.errors import too_many_requests
from portal.my.watching import watchers
from portal.told import Told, told

P = ParamSpec("P")
# The longest that `device_code` of ACCOUNT_RATE_LIMITS keeps anybody out.
WAIT_SECONDS = 300
LOW_BATTERY = 15


class ClaimForm(forms.Form):
    """The code from the box, and the user of the device that the member is."""

    code = forms.CharField(max_length=40)
    user_slot = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("I use it alone, or it has no users")),
            *((str(n), str(n)) for n in range(1, claiming.MOST_SLOTS + 1)),
        ],
    )


@dataclass(frozen=True, slots=True)
class Own:
    """A device in the member's hands: how it is, and which users of it are others."""

    holding: DeviceHolding
    status: DeviceStatus | None
    others: list[OtherUser]

    @property
    def is_low(self) -> bool:
        """Whether the battery should be changed."""
        return (
            self.status is not None
            and self.status.battery is not None
            and self.status.battery <= LOW_BATTERY
        )


@dataclass(frozen=True, slots=True)
class Question:
    """An item that waits for an answer, with what it says."""

    answer: whose.Answer
    said: Told


def codes_are_counted(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Every attempt with a code counts, the right ones too. Outside the door, whose transaction
    would hold the count."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if ratelimit.consume(request, action="device_code", key="everybody"):
            return view(request, *args, **kwargs)
        words = _("Too many attempts. Try again in five minutes.")
        return too_many_requests(request, explanation=words, seconds=WAIT_SECONDS)

    return page


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@codes_are_counted
@member
def devices(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """The devices in the member's hands; POST claims one."""
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            claiming.claim(
                code=form.cleaned_data["code"],
                patient=visit.patient,
                user_slot=form.cleaned_data["user_slot"],
                now=visit.now,
                by=visit.user.actor,
            )
        except claiming.ClaimRefused as refused:
            form.add_error("code", _refusal(refused))
        else:
            messages.success(
                request, _("The device is yours. What it measures from now on counts.")
            )
            return redirect("portal:my:devices")
    own = _own(visit)
    if own:
        visit.saw(what="my.devices")
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "form": form,
        "own": own,
        "waiting": len(whose.open_items(patient=visit.patient, now=visit.now)),
        "consents": consenting.stands(
            patient_id=visit.patient.pk, purpose=Purpose.CARE, now=visit.now
        ),
    }
    return render(request, "portal/my/devices.html", context, status=422 if form.errors else 200)


@require_POST
@member
def give_back(request: HttpRequest, visit: MemberVisit, holding_id: int) -> HttpResponse:
    """The device is not the member's any more."""
    claiming.give_back(holding_id=holding_id, now=visit.now, by=visit.user.actor)
    messages.success(request, _("Done. What was measured until now stays yours."))
    return redirect("portal:my:devices")


@require_http_methods(["GET", "POST"])
@member
def whose_is_this(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """What somebody measured on the member's devices; POST says whose it is."""
    if request.method == "POST":
        return _answered(request, visit)
    questions = [
        Question(answer, told(answer.item))
        for answer in whose.open_items(patient=visit.patient, now=visit.now)
    ]
    if questions:
        visit.saw(what="my.whose")
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "questions": questions,
    }
    return render(request, "portal/my/whose.html", context)


def _answered(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    item = request.POST.get("item", "")
    if not (item.isascii() and item.isdigit() and len(item) < 19):
        raise Http404
    person, now, by, number = visit.patient, visit.now, visit.user.actor, int(item)
    try:
        if request.POST.get("do") == "mine":
            whose.mine(item_id=number, patient=person, now=now, by=by)
            messages.success(request, _("Stored as yours."))
        elif request.POST.get("do") == "not_mine":
            whose.not_mine(item_id=number, patient=person, now=now, by=by)
            messages.success(request, _("Noted: it is not yours."))
        else:
            raise Http404
    except ReviewRefused:
        words = _(
            "It cannot be stored as it is. If it is not yours, say so; else ask your hospital."
        )
        messages.error(request, words)
    return redirect("portal:my:whose")


def _own(visit: MemberVisit) -> list[Own]:
    holdings = list(
        DeviceHolding.objects.filter(patient=visit.patient, period__contains=visit.now)
        .select_related("device")
        .order_by("device__serial", "user_slot")
    )
    ids = [holding.device_id for holding in holdings]
    status = {row.device_id: row for row in DeviceStatus.objects.filter(device_id__in=ids)}
    others = claiming.others_on(device_ids=ids, patient_id=visit.patient.pk)
    return [
        Own(holding, status.get(holding.device_id), others.get(holding.device_id, []))
        for holding in holdings
    ]


def _refusal(refused: claiming.ClaimRefused) -> str:
    match str(refused):
        case "yours":
            return _("This device is yours already.")
        case "taken":
            return _(
                "Somebody else uses this device so. Choose another user of the device, or ask them"
                " to give it back."
            )
        case "slots":
            return _("Somebody else uses this device. Choose which user of it you are.")
        case _:
            return _("No device has this code. Look at the box again: 12 letters and digits.")
