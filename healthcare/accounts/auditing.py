"""Asking the audit log about a person, which is itself written into it."""

from datetime import datetime

from healthcare.accounts.models import User
from healthcare.audit import searching
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.audit.searching import SOURCES, Found, Place, Question, Source


def search(
    *,
    person: str = "",
    patient_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    action: str = "",
    sources: tuple[Source, ...] = SOURCES,
    after: Place | None = None,
    limit: int = 50,
    now: datetime,
    by: Actor,
) -> Found:
    """A page of what `person` did or saw, what became of a patient's data, or both.

    Args:
        person: a user name; the name of a command or task finds what those did.

    Call it inside `acting_in(Scope.audit())`.
    """
    actor = _actor_named(person) if person else None
    question = Question(actor, patient_id, since, until, action, sources)
    found = searching.search(question, after=after, limit=limit)
    asked = {"person": person, "patient": patient_id, "since": since, "until": until}
    record(
        action="audit.search",
        subject_type=actor.kind if actor else "audit",
        subject_id=actor.id if actor else "",
        patient_id=patient_id,
        details={
            "asked": [name for name, value in {**asked, "action": action}.items() if value],
            "further": after is not None,
            "found": len(found.entries),
        },
        at=now,
        by=by,
    )
    return found


def _actor_named(name: str) -> Actor:
    """The user of that name; else whatever acted under it without being somebody."""
    user = User.objects.filter(username=name).first()
    return user.actor if user else Actor("nobody", name=name)
