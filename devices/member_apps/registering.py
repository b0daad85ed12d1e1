"""Apps come and go. An administrator registers them; members decide one by one."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from devices import redirects
from devices.member_apps import approving
from devices.models import AppGrant, Ending, MemberApp
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record


class AppError(ValueError):
    """What was asked cannot be; the sentence names the cure."""


@transaction.atomic
def register(*, name: str, redirect_uris: Sequence[str], now: datetime, by: Actor) -> MemberApp:
    """An app that members may let post for them.

    Raises:
        AppError: no name, a taken one, no redirect address, or one that is not safe.
    """
    name = name.strip()
    if not name:
        raise AppError("An app has a name: members read it when they are asked.")
    if not redirect_uris:
        raise AppError("Name at least one --redirect-uri.")
    try:
        addresses = [redirects.check(uri) for uri in redirect_uris]
    except redirects.BadRedirect as error:
        raise AppError(str(error)) from error
    try:
        with transaction.atomic():
            app = MemberApp.objects.create(
                client_id=secrets.token_urlsafe(16),
                name=name,
                redirect_uris=addresses,
                registered_at=now,
            )
    except IntegrityError:
        raise AppError(f"An app named {name} is registered already.") from None
    _record("devices.app_registered", app, now, by)
    return app


@transaction.atomic
def retire(*, name: str, now: datetime, by: Actor) -> int:
    """The app is refused from now on, for every member. Returns how many had approved it.

    Raises:
        AppError: no such app.
    """
    app = MemberApp.objects.select_for_update().filter(name=name.strip(), retired_at=None).first()
    if app is None:
        raise AppError(f"No app in use is named {name}: register_app registers one.")
    app.retired_at = now
    app.save(update_fields=["retired_at"])
    _record("devices.app_retired", app, now, by)
    grants = AppGrant.objects.filter(app=app, ended_at=None)
    return sum(
        approving.end(grant=grant, because=Ending.APP_RETIRED, now=now, by=by) for grant in grants
    )


def _record(action: str, app: MemberApp, now: datetime, by: Actor) -> None:
    record(
        action=action,
        subject_type="member_app",
        subject_id=app.pk,
        details={"name": app.name},
        at=now,
        by=by,
    )
