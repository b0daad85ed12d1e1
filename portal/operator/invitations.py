"""Waves of invitations: planned, started, halted; their counts, dead messages and files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from healthcare.accounts.stepping_up import recently_signed_in
from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.inviting import opting_out, queries, waves
from healthcare.inviting.models import (
    IN_WORK,
    Channel,
    InvitationWave,
    OutboxFile,
    WaveState,
)
from healthcare.inviting.tasks import lead
from healthcare.kernel.periods import local_date
from healthcare.runtime.ringing import ring
from healthcare.subscribers.queries import SubscriberUnknown
from portal.doors import OperatorVisit, operator_staff
from portal.operator.wave_forms import OptOutForm, WaveForm

ORDERS: dict[str, Callable[..., None]] = {
    "start-wave": waves.start,
    "pause-wave": waves.pause,
    "resume-wave": waves.resume,
    "cancel-wave": waves.cancel,
}
FILES_SHOWN = 50
SIGNS = {
    "planned": ("note", "users"),
    "sent": ("note", "send"),
    "reminded": ("note", "bell"),
    "accepted": ("good", "check"),
    "opted_out": ("soft", "x"),
    "expired": ("soft", "hourglass"),
    "withdrawn": ("soft", "undo-2"),
    "failed": ("bad", "triangle-alert"),
    "unreachable": ("warn", "unlink"),
    "underage": ("soft", "hand"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of the wave."""

    words: str
    tone: str
    icon: str
    people: int


@require_GET
@operator_staff
def invitations(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """The waves of this operator, newest first, and the form for who wants none."""
    return render(request, "portal/operator/invitations.html", _listed(visit, OptOutForm()))


@require_http_methods(["GET", "POST"])
@operator_staff
def new(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """Plan a wave; nothing leaves before somebody has looked at the counts and started it."""
    form = WaveForm(request.POST or None, zone=visit.operator.timezone, initial=_usual(visit))
    if request.method == "POST" and form.is_valid():
        try:
            wave = waves.plan(
                operator=visit.operator, plan=form.plan(), now=visit.now, by=visit.user.actor
            )
        except waves.WaveRefused as refused:
            form.add_error(None, str(refused))
        else:
            ring(lead, wave.pk)
            return redirect("portal:operator:wave", wave_id=wave.pk)
    status = 422 if request.method == "POST" else 200
    context = {"visit": visit, "form": form}
    return render(request, "portal/operator/new_wave.html", context, status=status)


@require_GET
@operator_staff
def wave(request: HttpRequest, visit: OperatorVisit, wave_id: int) -> HttpResponse:
    """Counts, how far it is, what was given up, and the files that wait to be fetched."""
    found = InvitationWave.objects.get(pk=wave_id, operator=visit.operator)
    counted = queries.counts(found)
    context = {
        "visit": visit,
        "wave": found,
        "channels": [Channel(channel).label for channel in found.channels],
        "tallies": [Tally(_words(n), *SIGNS[n], counted[n]) for n in SIGNS],
        "waiting": queries.waiting(found),
        "dead": queries.dead(found),
        "files": OutboxFile.objects.filter(wave=found)[:FILES_SHOWN],
        "moves": found.state in IN_WORK and found.state != WaveState.CANCELLED,
        "over": found.state in (WaveState.DONE, WaveState.CANCELLED),
        "brake": pulling.pulled(Kind.INVITATIONS, visit.operator.code),
    }
    return render(request, "portal/operator/wave.html", context)


@require_POST
@operator_staff
@recently_signed_in
def start(request: HttpRequest, visit: OperatorVisit, wave_id: int) -> HttpResponse:
    """Let it go out. People get messages, so whoever starts it shows that it is them."""
    return _steer(request, visit, wave_id, "start-wave")


@require_POST
@operator_staff
def steer(request: HttpRequest, visit: OperatorVisit, wave_id: int, order: str) -> HttpResponse:
    """Halt the wave, let it go on, or leave it: `order` is a key of `ORDERS`."""
    return _steer(request, visit, wave_id, order)


@require_POST
@operator_staff
def try_again(request: HttpRequest, visit: OperatorVisit, wave_id: int) -> HttpResponse:
    """What was given up goes out once more."""
    found = InvitationWave.objects.get(pk=wave_id, operator=visit.operator)
    try:
        freed = waves.try_again(wave=found, now=visit.now, by=visit.user.actor)
    except waves.WaveRefused as refused:
        messages.error(request, str(refused))
    else:
        ring(lead, found.pk)
        words = ngettext(
            "%(n)d message goes out again.", "%(n)d messages go out again.", freed
        )  # fmt: skip
        messages.success(request, words % {"n": freed})
    return redirect("portal:operator:wave", wave_id=wave_id)


@require_POST
@operator_staff
def opt_out(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """A subscriber said that they want no invitations: at once, and for ever."""
    form = OptOutForm(request.POST)
    if form.is_valid():
        try:
            opting_out.opt_out_by_staff(
                operator=visit.operator,
                operator_subscriber_id=form.cleaned_data["operator_subscriber_id"],
                now=visit.now,
                by=visit.user.actor,
            )
        except SubscriberUnknown:
            form.add_error("operator_subscriber_id", _("There is no contract of this id."))
        else:
            messages.success(request, _("Noted: no invitation goes to this person any more."))
            return redirect("portal:operator:invitations")
    return render(request, "portal/operator/invitations.html", _listed(visit, form), status=422)


def _steer(request: HttpRequest, visit: OperatorVisit, wave_id: int, order: str) -> HttpResponse:
    found = InvitationWave.objects.get(pk=wave_id, operator=visit.operator)
    try:
        ORDERS[order](wave=found, now=visit.now, by=visit.user.actor)
    except waves.WaveRefused as refused:
        messages.error(request, str(refused))
    else:
        ring(lead, found.pk)
    return redirect("portal:operator:wave", wave_id=wave_id)


def _listed(visit: OperatorVisit, form: OptOutForm) -> dict[str, object]:
    return {
        "visit": visit,
        "form": form,
        "waves": InvitationWave.objects.filter(operator=visit.operator)[:50],
        "brake": pulling.pulled(Kind.INVITATIONS, visit.operator.code),
    }


def _usual(visit: OperatorVisit) -> dict[str, object]:
    zone = ZoneInfo(visit.operator.timezone)
    tomorrow = (visit.now + timedelta(days=1)).astimezone(zone)
    return {
        "cut_over_on": local_date(visit.now, zone).isoformat(),
        "starts_at": tomorrow.strftime("%Y-%m-%dT09:00"),
        "pace": 60,
        "expiry_days": 30,
        "reminder_days": 10,
    }


def _words(count: str) -> str:
    words = {
        "planned": _("Invited"),
        "sent": _("Sent"),
        "reminded": _("Reminded"),
        "accepted": _("Accepted"),
        "opted_out": _("Opted out"),
        "expired": _("Expired"),
        "withdrawn": _("Withdrawn"),
        "failed": _("Given up"),
        "unreachable": _("Not reachable"),
        "underage": _("Not of age"),
    }
    return words[count]
