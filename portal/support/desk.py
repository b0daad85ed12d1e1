"""The support desk: a member's membership by exact look-up, and that health data is not in it."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from devices import queries as devices
from devices.queries import HeldDevice
from healthcare.patients import consenting
from healthcare.patients.models import Patient, Purpose
from healthcare.subscribers import looking_up
from healthcare.subscribers.models import Contract, Operator
from packages import queries as packages
from packages.models import ChargeState, Invoice
from portal.doors import SupportVisit, support
from portal.naming import package_names


class LookUpForm(forms.Form):
    """Why, and who: an operator's contract id, or full name and birth date."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=looking_up.Reason.choices)
    operator = forms.SlugField(required=False, max_length=40)
    operator_subscriber_id = forms.CharField(required=False, max_length=80)
    family_name = forms.CharField(required=False, max_length=80)
    given_name = forms.CharField(required=False, max_length=80)
    birth_date = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def sought(self) -> looking_up.Sought:
        """What a valid form names."""
        given = self.cleaned_data
        return looking_up.Sought(
            operator_code=given["operator"],
            operator_subscriber_id=given["operator_subscriber_id"],
            family_name=given["family_name"],
            given_name=given["given_name"],
            birth_date=given["birth_date"],
        )


@dataclass(frozen=True, slots=True)
class Membership:
    """What the desk sees of a member."""

    person: Patient
    contracts: list[tuple[Contract, str]]
    package: str
    consents: list[tuple[Purpose, bool]]
    devices: list[HeldDevice]
    invoices: list[tuple[Invoice, str]]


@require_http_methods(["GET", "POST"])
@support
def desk(request: HttpRequest, visit: SupportVisit) -> HttpResponse:
    """The form, and the one member it finds. Posted, so that no name stands in an address."""
    form = LookUpForm(request.POST if request.method == "POST" else None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            person = looking_up.look_up(
                sought=form.sought(),
                reason=looking_up.Reason(form.cleaned_data["reason"]),
                now=visit.now,
                by=visit.user,
            )
        except looking_up.NotFound as missed:
            form.add_error(None, _refusal(missed))
        else:
            found = _membership(person, visit)
    context = {
        "visit": visit,
        "form": form,
        "found": found,
        "operators": Operator.objects.all(),
        "reasons": looking_up.Reason.choices,
    }
    status = 422 if form.errors else 200
    return render(request, "portal/support/desk.html", context, status=status)


def _membership(person: Patient, visit: SupportVisit) -> Membership:
    today: date = visit.now.astimezone(ZoneInfo(person.timezone)).date()
    given = consenting.standing(patient_id=person.pk, now=visit.now)
    taken = packages.current_subscription(person.pk, today)
    names = package_names(visit.language)
    return Membership(
        person=person,
        contracts=[
            (contract, looking_up.masked_number(contract, on=today))
            for contract in looking_up.contracts_of(person)
        ],
        package=names[taken.package.code if taken else None],
        consents=[(purpose, purpose in given) for purpose in Purpose],
        devices=devices.devices_of(patient_id=person.pk, at=visit.now),
        invoices=[
            (invoice, _state(invoice))
            for invoice in packages.invoices(person.pk).select_related("charge")[:24]
        ],
    )


def _state(invoice: Invoice) -> str:
    """Where the charge of an invoice stands, in words."""
    match invoice.charge.state if hasattr(invoice, "charge") else "":
        case "":
            return _("issued")
        case ChargeState.PLANNED | ChargeState.SENT:
            return _("on its way to the telephone bill")
        case ChargeState.ACCEPTED:
            return _("on the telephone bill")
        case ChargeState.COLLECTED:
            return _("paid")
        case ChargeState.REFUNDED:
            return _("given back")
        case _:
            return _("not paid yet: pass on to billing")


def _refusal(missed: looking_up.NotFound) -> str:
    match str(missed):
        case "several":
            return _("More than one member has these details. Ask for the contract id.")
        case "budget":
            return _("You have looked up as many members as a day allows. Ask a colleague.")
        case _:
            return _("Nobody has exactly these details. Ask the caller to spell them.")
