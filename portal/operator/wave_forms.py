"""What an operator's staff fill in of a wave of invitations."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from healthcare.inviting.models import Channel
from healthcare.inviting.waves import FASTEST, LONGEST, Plan, channels_on

PLACES = ("first", "second", "third")


class WaveForm(forms.Form):
    """A wave: for whom, from when on, by what, how fast."""

    name = forms.CharField(label=_("Name"), max_length=80)
    cut_over_on = forms.DateField(label=_("Customers of this day"))
    starts_at = forms.DateTimeField(label=_("Begins at"))
    pace = forms.IntegerField(label=_("Messages a minute"), min_value=1, max_value=FASTEST)
    expiry_days = forms.IntegerField(
        label=_("Days that a link works"), min_value=1, max_value=LONGEST
    )
    reminder_days = forms.IntegerField(
        label=_("Days until the reminder (0: none)"), min_value=0, max_value=LONGEST
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        labels = (_("Channel"), _("Else by"), _("Else by"))
        choices = [(c.value, c.label) for c in channels_on()]
        for place, label in zip(PLACES, labels, strict=True):
            needed = place == "first"
            self.fields[place] = forms.ChoiceField(
                label=label,
                required=needed,
                choices=choices if needed else [("", _("nothing else")), *choices],
                initial=Channel.LETTER if needed else "",
            )

    def plan(self) -> Plan:
        """What they want; ask it of a valid form."""
        given = self.cleaned_data
        chosen = [given[place] for place in PLACES if given[place]]
        return Plan(
            name=given["name"],
            cut_over_on=given["cut_over_on"],
            # As the clock at the operator shows it, whatever the server's zone.
            starts_at=given["starts_at"].replace(tzinfo=ZoneInfo(self.zone)),
            channels=list(dict.fromkeys(chosen)),
            pace=given["pace"],
            expiry_days=given["expiry_days"],
            reminder_days=given["reminder_days"],
        )


class OptOutForm(forms.Form):
    """A subscriber who wants no invitations."""

    operator_subscriber_id = forms.CharField(label=_("Contract"), max_length=64)
