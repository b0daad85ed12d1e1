"""Accounts elsewhere that open my log-in here: making such a link, taking it away."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from healthcare.accounts import identities
from healthcare.accounts.models import ExternalIdentity, IdentityProvider, Role, Session, User
from healthcare.accounts.signing_in import has_own_means
from healthcare.accounts.stepping_up import recently_signed_in
from healthcare.subscribers import line_door
from portal.account.attempts import Purpose
from portal.account.elsewhere import go
from portal.account.pages import own_page


@dataclass(frozen=True, slots=True)
class Link:
    """A provider whose account could open this log-in, or does since then."""

    provider: IdentityProvider
    since: datetime | None


@require_GET
@own_page
def links(request: HttpRequest, user: User, session: Session) -> HttpResponse:
    """What is linked and what can be."""
    now = timezone.now()
    context = {
        "links": _links(user, now=now),
        "now": now,
        "own_means": has_own_means(user),
        "is_member": user.role == Role.MEMBER,
    }
    return render(request, "portal/account/links.html", context)


@require_GET
@own_page
@recently_signed_in
def link(request: HttpRequest, user: User, session: Session, code: str) -> HttpResponse:
    """To the provider, to show which account there is mine."""
    return go(request, _open(user, code).provider, Purpose.LINK, session=session)


@require_POST
@own_page
@recently_signed_in
def unlink(request: HttpRequest, user: User, session: Session, code: str) -> HttpResponse:
    """Take a link away; sessions opened through it end."""
    found, now = _open(user, code), timezone.now()
    if found.since is None:
        raise Http404
    if not has_own_means(user):
        messages.error(
            request, _("This is your only way in: add a passkey first, then take the link away.")
        )
        return redirect("portal:account:links")
    if found.provider.hospital_id is not None:
        identities.unlink(user=user, provider=found.provider, now=now, by=user.actor)
    else:
        line_door.unlink_own(user, found.provider, now=now)
    messages.success(request, _("Taken away. That account opens this log-in no more."))
    return redirect("portal:account:links")


def _open(user: User, code: str) -> Link:
    """The link of this provider, if it is one of this person's. Raises `Http404`."""
    found = _links(user, now=timezone.now())
    try:
        return next(link for link in found if link.provider.code == code)
    except StopIteration:
        raise Http404 from None


def _links(user: User, *, now: datetime) -> list[Link]:
    if user.role == Role.CLINICIAN:
        return _of_clinician(user, now=now)
    return [Link(*found) for found in line_door.linked_since(user, now=now)]


def _of_clinician(user: User, *, now: datetime) -> list[Link]:
    linked = dict(
        ExternalIdentity.objects.filter(user=user, ended_at=None).values_list(
            "provider_id", "linked_at"
        )
    )
    return [
        Link(provider, linked.get(provider.pk))
        for provider in IdentityProvider.objects.filter(is_active=True, hospital__isnull=False)
        if identities.works_where(user, provider, now=now)
    ]
