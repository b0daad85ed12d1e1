"""Showing once more who one is, before an export or a change of factors."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from healthcare.accounts.signing_in import failed
from portal.account.pages import OwnPage, as_json


class ByPassword(OwnPage, ReauthenticateView):  # type: ignore[misc]
    """For those who have nothing else."""

    template_name = "portal/account/confirm.html"


class ByCode(OwnPage, ReauthenticateByCodeView):  # type: ignore[misc]
    """The app's code or a recovery code."""

    template_name = "portal/account/confirm.html"


class ByPasskey(OwnPage, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """The device's own lock."""

    request: HttpRequest
    template_name = "portal/account/confirm.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {**found, "options": as_json(found["js_data"]["request_options"])}

    def form_invalid(self, form: Any) -> HttpResponse:
        failed(user=form.user, step="confirmation")
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return HttpResponseRedirect(self.request.get_full_path())
