"""Somebody wants no invitations: said once, at once, for ever."""

from datetime import datetime

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import ending
from healthcare.inviting.models import LIVING, Invitation, InvitationWave, OptOut
from healthcare.subscribers.models import Operator
from healthcare.subscribers.queries import contract_of


def opt_out(*, patient_id: int, now: datetime, by: Actor) -> None:
    """This person is never invited again, and what was on its way ends. Again: nothing changes.

    Call it in the system scope.
    """
    _, made = OptOut.objects.get_or_create(
        patient_id=patient_id, defaults={"opted_out_at": now, "by": str(by)}
    )
    living = Invitation.objects.filter(LIVING, patient_id=patient_id).first()
    if living is not None:
        wave = InvitationWave.objects.select_for_update().get(pk=living.wave_id)
        # Held by somebody, it ends this moment with its line.
        free = Invitation.objects.select_for_update(skip_locked=True).filter(pk=living.pk)
        ending.end([found.pk for found in free], wave=wave, how="opted_out", now=now)
    if made:
        record(
            action="inviting.opted_out",
            subject_type="patient",
            subject_id=patient_id,
            patient_id=patient_id,
            at=now,
            by=by,
        )


def opt_out_by_staff(
    *, operator: Operator, operator_subscriber_id: str, now: datetime, by: Actor
) -> None:
    """A subscriber of this operator told its staff so.

    Raises:
        SubscriberUnknown: the operator has no contract of this id.
    """
    # Whom an operator invites is no business of its staff, so no scope of theirs covers the rows.
    with acting_in(Scope.system("a subscriber opts out of invitations")):
        contract = contract_of(
            operator_code=operator.code, operator_subscriber_id=operator_subscriber_id
        )
        opt_out(patient_id=contract.patient_id, now=now, by=by)
