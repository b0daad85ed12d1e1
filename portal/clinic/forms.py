"""What clinicians fill in: a goal, a word on an alert, the period of a report."""

from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _

from healthcare.patients.breaking_glass import Identity
from reports.analysis.measured import Pressure


class GoalForm(forms.Form):
    """The treatment goal in mmHg; limits as the action's own."""

    systolic = forms.IntegerField(label=_("Systolic below"), min_value=90, max_value=180)
    diastolic = forms.IntegerField(label=_("Diastolic below"), min_value=50, max_value=120)

    @classmethod
    def showing(cls, goal: Pressure) -> Self:
        """An untouched form with the goal in force."""
        return cls(initial={"systolic": round(goal.systolic), "diastolic": round(goal.diastolic)})


class AlertForm(forms.Form):
    """What to do with an alert, with a note; resolving needs one."""

    do = forms.ChoiceField(choices=[(verb, verb) for verb in ("acknowledge", "snooze", "resolve")])
    note = forms.CharField(required=False, max_length=500)


class ReportForm(forms.Form):
    """The period of a report asked for now: one of those the page offers."""

    days = forms.TypedChoiceField(coerce=int, choices=[(7, "7"), (30, "30"), (90, "90")])


class EmergencyForm(forms.Form):
    """Whom to open in an emergency, by exact identifiers, and why."""

    reason = forms.CharField(max_length=500)
    hospital = forms.SlugField(required=False, max_length=40)
    patient_number = forms.CharField(required=False, max_length=60)
    family_name = forms.CharField(required=False, max_length=80)
    given_name = forms.CharField(required=False, max_length=80)
    birth_date = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def identity(self) -> Identity:
        """What a valid form names."""
        given = self.cleaned_data
        return Identity(
            hospital_code=given["hospital"],
            patient_number=given["patient_number"],
            family_name=given["family_name"],
            given_name=given["given_name"],
            birth_date=given["birth_date"],
        )
