"""My second factors: an authenticator app, passkeys, recovery codes."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from healthcare.accounts import factors, sessions
from healthcare.accounts.middleware import session_of
from healthcare.accounts.models import MUST_HAVE_SECOND_FACTOR, Method, Session, User
from healthcare.accounts.stepping_up import recently_signed_in
from portal.account.pages import OwnPage, as_json, own_page

SHOWN = "recovery_codes_shown_at"
DOWNLOADABLE_SECONDS = 600


@require_GET
@own_page
def overview(request: HttpRequest, user: User, session: Session) -> HttpResponse:
    """What there is and what can be added; the only page of somebody who owes a factor."""
    mine = Authenticator.objects.filter(user_id=user.pk).order_by("created_at")
    codes = next((one for one in mine if one.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "account": user,
        "now": timezone.now(),
        "app": next((one for one in mine if one.type == Authenticator.Type.TOTP), None),
        "passkeys": [one for one in mine if one.type == Authenticator.Type.WEBAUTHN],
        "codes": codes,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "required": user.role in MUST_HAVE_SECOND_FACTOR,
        "owed": user.role in MUST_HAVE_SECOND_FACTOR and not session.strong,
    }
    return render(request, "portal/account/second_factor.html", context)


class _Added(OwnPage):
    """After a factor was added: the record, and a session that counts as strong."""

    request: HttpRequest
    kind: Authenticator.Type
    method: Method
    did_generate_recovery_codes: bool

    def form_valid(self, form: Any) -> HttpResponse:
        user, session, now = self.request.user, session_of(self.request), timezone.now()
        assert isinstance(user, User)
        assert session is not None
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            factors.note(what="added", user=user, kind=self.kind, now=now, by=user.actor)
            if self.did_generate_recovery_codes:
                codes = Authenticator.Type.RECOVERY_CODES
                factors.note(what="added", user=user, kind=codes, now=now, by=user.actor)
            sessions.strengthen(session=session, method=self.method, now=now)
        return answer


class AddApp(_Added, ActivateTOTPView):  # type: ignore[misc]
    """Scan, type the first code."""

    template_name = "portal/account/app.html"
    asks_for_proof = True
    kind, method = Authenticator.Type.TOTP, Method.PASSWORD_AND_CODE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        # In the page itself: the content security policy allows no image from a data: address.
        drawing = found["totp_svg"].partition("<svg")
        # Drawn by qrcode out of squares; nothing in it was typed by anybody.
        return {**found, "qr": SafeString("".join(drawing[1:]))}  # nosec B308 B703


class AddPasskey(_Added, AddWebAuthnView):  # type: ignore[misc]
    """A passkey that signs in by itself: it is kept on the device, behind its lock."""

    template_name = "portal/account/passkey.html"
    asks_for_proof = True
    kind, method = Authenticator.Type.WEBAUTHN, Method.PASSKEY

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        options = webauthn.begin_registration(self.request.user, True)
        return {**found, "options": as_json(options)}


class _Removed(OwnPage):
    """The record of a factor taken away, in the transaction that does it."""

    request: HttpRequest
    kind: Authenticator.Type

    def form_valid(self, form: Any) -> HttpResponse:
        user, now = self.request.user, timezone.now()
        assert isinstance(user, User)
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            factors.note(what="removed", user=user, kind=self.kind, now=now, by=user.actor)
        messages.success(self.request, _("Removed."))
        return answer


class RemoveApp(_Removed, DeactivateTOTPView):  # type: ignore[misc]
    """Asks once, then takes the app away."""

    template_name = "portal/account/remove.html"
    kind = Authenticator.Type.TOTP


class RemovePasskey(_Removed, RemoveWebAuthnView):  # type: ignore[misc]
    """Asks once, then takes the passkey away."""

    template_name = "portal/account/remove.html"
    kind = Authenticator.Type.WEBAUTHN

    def form_valid(self, form: Any) -> HttpResponse:
        if not factors.may_remove(self.get_object()):
            refusal = factors.FactorAdapter.error_messages["cannot_delete_authenticator"]
            messages.error(self.request, str(refusal))
            return HttpResponseRedirect(reverse("portal:account:second-factor"))
        return super().form_valid(form)


class RecoveryCodes(OwnPage, ViewRecoveryCodesView):  # type: ignore[misc]
    """The codes, shown once; for ten minutes they can still be kept as a file."""

    template_name = "portal/account/recovery_codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        if found["can_view_codes"]:
            self.request.session[SHOWN] = time.time()
        return found


class NewRecoveryCodes(OwnPage, GenerateRecoveryCodesView):  # type: ignore[misc]
    """New codes; the old ones are void."""

    template_name = "portal/account/new_codes.html"

    def form_valid(self, form: Any) -> HttpResponse:
        user, now = self.request.user, timezone.now()
        assert isinstance(user, User)
        codes = Authenticator.Type.RECOVERY_CODES
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            factors.note(what="added", user=user, kind=codes, now=now, by=user.actor)
        return answer


@require_POST
@own_page
@recently_signed_in
def download(request: HttpRequest, user: User, session: Session) -> HttpResponse:
    """The codes that this session has just been shown, as a text file."""
    shown = request.session.get(SHOWN, 0.0)
    kept = Authenticator.objects.filter(
        user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    if kept is None or time.time() - shown > DOWNLOADABLE_SECONDS:
        raise Http404
    answer = HttpResponse(
        "\n".join([f"Mimamori, {user.username}", *kept.wrap().get_unused_codes(), ""]),
        content_type="text/plain; charset=utf-8",
    )
    answer["Content-Disposition"] = 'attachment; filename="mimamori-recovery-codes.txt"'
    return answer
