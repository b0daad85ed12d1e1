"""What came in for a patient and is no reading: the clinician looks and decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from devices import queries, reviewing, whose
from devices.models import QuarantineCode, QuarantinedItem, ReadingConflict
from devices.reviewing import ReviewRefused
from healthcare.patients.models import Patient
from portal.doors import ClinicVisit, clinician
from portal.told import Told, told

MOST = 100


class DecisionForm(forms.Form):
    """What is decided about which message, and why."""

    do = forms.ChoiceField(
        choices=[(verb, verb) for verb in ("dismiss", "redrive", "clock", "theirs", "keep", "take")]
    )
    item = forms.IntegerField(min_value=1, max_value=2**62)
    reason = forms.CharField(required=False, max_length=500)
    minutes = forms.IntegerField(required=False, min_value=-576_000, max_value=576_000)


@dataclass(frozen=True, slots=True)
class Held:
    """An item of quarantine with what it says."""

    item: QuarantinedItem
    said: Told
    ahead: int | None  # minutes that the clock is estimated to be ahead

    @property
    def has_wrong_clock(self) -> bool:
        """Whether its clock can be set right."""
        return self.item.code == QuarantineCode.CLOCK_SUSPECT


@dataclass(frozen=True, slots=True)
class Question:
    """An item of an unknown user, on a device of the patient's."""

    answer: whose.Answer
    said: Told


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A message that says something else than a stored reading."""

    row: ReadingConflict
    said: Told
    stored: str


@require_http_methods(["GET", "POST"])
@clinician
def quarantine(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """The patient's items and contradictions; POST decides one."""
    person = Patient.objects.get(pk=patient_id)
    if request.method == "POST":
        return _decide(request, visit, person)
    items = queries.quarantined(patient_id=person.pk).select_related("device")[:MOST]
    conflicts = queries.conflicts_of(patient_id=person.pk).select_related("device")[:MOST]
    asked = [
        Question(answer, told(answer.item))
        for answer in whose.open_items(patient=person, now=visit.now)
    ]
    held = [Held(item, told(item), _ahead(item)) for item in items]
    contradictions = [Contradiction(row, told(row), _stored(row)) for row in conflicts]
    if held or contradictions or asked:
        visit.saw(person.pk, what="clinic.quarantine")
    context = {
        "visit": visit,
        "person": person,
        "asked": asked,
        "held": held,
        "contradictions": contradictions,
    }
    return render(request, "portal/clinic/quarantine.html", context)


def _decide(request: HttpRequest, visit: ClinicVisit, person: Patient) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    given = form.cleaned_data
    why, now, by = given["reason"], visit.now, visit.user.actor
    try:
        if given["do"] in ("keep", "take"):
            conflict = queries.conflicts_of(patient_id=person.pk).get(pk=given["item"])
            decide = reviewing.take_other if given["do"] == "take" else reviewing.keep_stored
            decide(conflict=conflict, reason=why, now=now, by=by)
        elif given["do"] == "theirs":
            whose.mine(item_id=given["item"], patient=person, reason=why, now=now, by=by)
        else:
            _about(given, queries.quarantined(patient_id=person.pk), now, visit)
        messages.success(request, _("Decided and noted."))
    except ReviewRefused as refused:
        messages.error(request, _("That did not work: %(why)s") % {"why": str(refused)})
    return redirect("portal:clinic:quarantine", patient_id=person.pk)


def _about(given: dict[str, object], rows: object, now: datetime, visit: ClinicVisit) -> None:
    item = rows.select_related("device").get(pk=given["item"])  # type: ignore[attr-defined]
    by, why = visit.user.actor, str(given["reason"])
    if given["do"] == "dismiss":
        reviewing.dismiss(item=item, reason=why, now=now, by=by)
    elif given["do"] == "clock":
        minutes = given["minutes"]
        ahead = timedelta(minutes=minutes) if isinstance(minutes, int) else None
        reviewing.set_clock(item=item, ahead=ahead, reason=why, now=now, by=by)
    elif reviewing.redrive(item=item, now=now, by=by).status not in reviewing.STORED:
        raise ReviewRefused(_("It still cannot be stored; it stays where it is."))


def _ahead(item: QuarantinedItem) -> int | None:
    if item.code != QuarantineCode.CLOCK_SUSPECT or item.device is None:
        return None
    found = reviewing.estimated(item.device)
    return None if found is None else round(found.total_seconds() / 60)


def _stored(row: ReadingConflict) -> str:
    """The stored pressure of that moment, as the message's own is written; empty for a night."""
    if row.kind != "blood_pressure":
        return ""
    found = queries.blood_pressure(
        patient_id=row.patient_id,
        start=row.measured_at,
        end=row.measured_at + timedelta(microseconds=1),
    )
    return " · ".join(f"{one.systolic}/{one.diastolic} mmHg" for one in found)
