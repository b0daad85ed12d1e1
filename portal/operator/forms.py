"""What an operator's staff fill in: a subscriber file, a month to bill."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from healthcare.kernel.periods import parse_month
from healthcare.subscribers.loading.layouts import STANDARD_NAME

MAX_BYTES = 512 * 1024 * 1024


class UploadForm(forms.Form):
    """A subscriber file, and how its bytes are to be read."""

    file = forms.FileField(label=_("File (CSV, also as gzip or zip)"), max_length=200)
    manifest = forms.FileField(
        label=_("Manifest (JSON), if there is one"), required=False, max_length=200
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[
            ("", _("As the layout says, or UTF-8")),
            ("utf-8", _("UTF-8, with or without byte order mark")),
            ("cp932", _("CP932 (Windows Shift_JIS)")),
            ("euc-jp", "EUC-JP"),
        ],
    )

    def __init__(self, *args: Any, mappings: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(name, name) for name in mappings]
        choices = [(STANDARD_NAME, _("The standard layout")), *named]
        self.fields["mapping"] = forms.ChoiceField(
            label=_("Layout"), required=False, choices=choices
        )

    def clean_file(self) -> object:
        """Refuse what no operator's base needs, before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is over 512 MB. Cut it into parts with the same header."),
                code="too_large",
            )
        return file


class BillingForm(forms.Form):
    """A month, and whether it is only tried."""

    month = forms.CharField(label=_("Month"), max_length=7)
    dry_run = forms.BooleanField(required=False)

    def clean_month(self) -> date:
        """The first day of a month written like 2026-10."""
        try:
            return parse_month(self.cleaned_data["month"]).start
        except ValueError as error:
            raise forms.ValidationError(_("Write the month like 2026-10."), code="month") from error
