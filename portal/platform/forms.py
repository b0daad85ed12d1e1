"""What an administrator asks the audit log."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from healthcare.audit.searching import SOURCES, BadCursor, Place, Source

BIGGEST_ID = 2**63 - 1


class AuditForm(forms.Form):
    """A question to the log. What is left empty is not asked."""

    person = forms.CharField(label=_("Person (user name)"), required=False, max_length=150)
    patient = forms.IntegerField(
        label=_("Patient (number of the record)"),
        required=False,
        min_value=1,
        max_value=BIGGEST_ID,
    )
    since = forms.DateTimeField(label=_("Since"), required=False)
    until = forms.DateTimeField(label=_("Until, exclusive"), required=False)
    action = forms.CharField(label=_("Action begins with"), required=False, max_length=80)
    source = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("Everything")), ("did", _("What was done")), ("saw", _("What was seen"))],
    )
    after = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            self.fields[name].widget = widget
        for name in ("person", "action"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_after(self) -> Place | None:
        """The place after which this page begins."""
        text = self.cleaned_data["after"]
        try:
            return Place.read(text) if text else None
        except BadCursor as error:
            raise forms.ValidationError(_("Search again from the newest."), code="after") from error

    def clean(self) -> dict[str, Any]:
        """From must lie before to."""
        given = super().clean() or self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and since >= until:
            self.add_error("until", _("The end lies before the beginning."))
        return given

    @property
    def sources(self) -> tuple[Source, ...]:
        """Which of the two tables are asked."""
        chosen = self.cleaned_data["source"]
        return tuple(source for source in SOURCES if chosen in ("", source))
