"""Messages leave: each claim is written in one transaction that asks the brake.

Locks are taken in one order, the wave and then without waiting what is free of the rest. A message
that somebody else holds this moment keeps its lease and is tried again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from django.db.models import F

from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import claiming, ending, files, links, singly, wording
from healthcare.inviting.claiming import Claim
from healthcare.inviting.models import (
    Channel,
    Invitation,
    InvitationWave,
    MessageKind,
    MessageState,
    OptOut,
    OutboxMessage,
    WaveState,
)
from healthcare.inviting.outgoing import CannotSend, Outgoing
from healthcare.inviting.recipients import recipients
from healthcare.kernel.periods import local_date
from healthcare.patients.models import Consent

SYSTEM = Scope.system("invitations are sent")
# The next try waits longer each time.
WAIT = timedelta(minutes=2)
# Well below the time limit of a task and a lease.
SECONDS_FOR_SINGLE = 25
UNREACHABLE = "unreachable"


def send(*, wave_id: int, now: datetime) -> int:
    """Send what is due at the wave's pace. Returns how many messages a worker had in hand.

    Opens its own scope, and a transaction for each step.
    """
    files.publish(wave_id=wave_id, now=now)
    with acting_in(SYSTEM):
        claims = claiming.claim(wave_id=wave_id, now=now)
    for claim in claims:
        if claim.channel in (Channel.LETTER, Channel.SMS):
            _attempt(claim, now=now, write=files.write)
            files.publish(wave_id=wave_id, now=now)
        else:
            _one_by_one(claim, now=now)
    return sum(len(claim.message_ids) for claim in claims)


def _one_by_one(claim: Claim, *, now: datetime) -> None:
    """A server that is down, or slow, keeps one message waiting: the rest is given back untried."""
    until = monotonic() + SECONDS_FOR_SINGLE
    for place, message_id in enumerate(claim.message_ids):
        one = replace(claim, message_ids=[message_id])
        if not _attempt(one, now=now, write=singly.write) or monotonic() > until:
            with acting_in(SYSTEM):
                claiming.let_go(replace(claim, message_ids=claim.message_ids[place + 1 :]))
            return


def _attempt(claim: Claim, *, now: datetime, write: Callable[..., None]) -> bool:
    """Returns whether the next one is worth a try."""
    try:
        with acting_in(SYSTEM):
            _deliver(claim, now=now, write=write)
    except pulling.Pulled:
        with acting_in(SYSTEM):
            claiming.let_go(claim)
        return False
    except CannotSend as error:
        with acting_in(SYSTEM):
            _put_off(claim, error=str(error), now=now)
        return error.alone
    return True


def _deliver(claim: Claim, *, now: datetime, write: Callable[..., None]) -> None:
    wave = InvitationWave.objects.select_for_update(of=("self",)).select_related("operator").get(
        pk=claim.wave_id
    )  # fmt: skip
    pulling.hold_unless_pulled(Kind.INVITATIONS, wave.operator.code)
    if wave.state != WaveState.RUNNING:
        claiming.let_go(claim)
        return
    held = _held(claim, now=now)
    wanted = _still_wanted(held, wave=wave, now=now)
    outgoing = _compose(wanted, wave=wave, now=now)
    reached = [one for one in outgoing if one.to.reached_by(claim.channel)]
    _bury([one for one in outgoing if one not in reached], wave=wave)
    if reached:
        _mark(reached, wave=wave, now=now)
        write(reached, wave=wave, channel=claim.channel, now=now)


def _held(claim: Claim, *, now: datetime) -> list[OutboxMessage]:
    """The claimed messages that are still ours, their invitations locked. Those whose invitation
    is over end."""
    mine = OutboxMessage.objects.filter(
        pk__in=claim.message_ids, state=MessageState.WAITING, leased_until=claim.until
    )
    locked = (
        Invitation.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk__in=mine.values("invitation_id"))
        .select_related("patient", "contract")
        .order_by("pk")
    )
    invitations = {invitation.pk: invitation for invitation in locked}
    over = [pk for pk, invitation in invitations.items() if not invitation.lives]
    mine.filter(invitation__in=over).update(state=MessageState.ENDED, leased_until=None)
    messages = mine.filter(invitation__in=list(invitations)).select_for_update(
        of=("self",), skip_locked=True
    )
    found = list(messages.order_by("pk"))
    for message in found:
        message.invitation = invitations[message.invitation_id]
    return found


def _still_wanted(
    held: Sequence[OutboxMessage], *, wave: InvitationWave, now: datetime
) -> list[OutboxMessage]:
    """Without those who became members or opted out since; their invitations end here."""
    people = [message.invitation.patient_id for message in held]
    agreed = set(
        Consent.objects.filter(patient_id__in=people, period__contains=now).values_list(
            "patient_id", flat=True
        )
    )
    no = set(OptOut.objects.filter(patient_id__in=people).values_list("patient_id", flat=True))
    members = [
        message.invitation_id
        for message in held
        if message.invitation.patient.user_id is not None or message.invitation.patient_id in agreed
    ]
    opted = [message.invitation_id for message in held if message.invitation.patient_id in no]
    ending.end(opted, wave=wave, how="opted_out", now=now)
    ending.end(members, wave=wave, how="withdrawn", because=ending.Withdrawn.MEMBER, now=now)
    return [message for message in held if message.invitation_id not in {*members, *opted}]


def _compose(
    messages: Sequence[OutboxMessage], *, wave: InvitationWave, now: datetime
) -> list[Outgoing]:
    zone = ZoneInfo(wave.operator.timezone)
    found = recipients((m.invitation for m in messages), on=local_date(now, zone))
    outgoing = []
    for message in messages:
        invitation, to = message.invitation, found[message.invitation_id]
        expires = invitation.expires_at or now + timedelta(days=wave.expiry_days)
        token = links.token_of(invitation.seed)
        text = wording.text(
            kind=message.kind,
            language=to.language,
            operator=wave.operator.name,
            link=links.address_of(token),
            # The last day that is whole.
            until=local_date(expires - timedelta(days=1), zone).isoformat(),
        )
        outgoing.append(Outgoing(message, to, text, links.address_of(token), token, expires))
    return outgoing


def _mark(reached: Sequence[Outgoing], *, wave: InvitationWave, now: datetime) -> None:
    """In the transaction that writes them: they are sent, and their links open."""
    first = [one for one in reached if one.message.kind == MessageKind.FIRST]
    for one in reached:
        invitation = one.message.invitation
        # The installation's key may have changed since: the link that leaves is the one that opens.
        invitation.token_hash = links.hash_of(one.token)
        invitation.expires_at = one.expires_at
        if one.message.kind == MessageKind.FIRST:
            invitation.sent_at = now
        else:
            invitation.reminded_at = now
    Invitation.objects.bulk_update(
        [one.message.invitation for one in reached],
        ["token_hash", "expires_at", "sent_at", "reminded_at"],
        batch_size=200,
    )
    OutboxMessage.objects.filter(pk__in=[one.message.pk for one in reached]).update(
        state=MessageState.SENT, sent_at=now, leased_until=None, error=""
    )
    InvitationWave.objects.filter(pk=wave.pk).update(
        sent=F("sent") + len(first), reminded=F("reminded") + len(reached) - len(first)
    )


def _bury(lost: Sequence[Outgoing], *, wave: InvitationWave) -> None:
    """The channel that reached them at planning leads nowhere now: somebody has to look."""
    if lost:
        OutboxMessage.objects.filter(pk__in=[one.message.pk for one in lost]).update(
            state=MessageState.DEAD, error=UNREACHABLE, leased_until=None
        )
        InvitationWave.objects.filter(pk=wave.pk).update(failed=F("failed") + len(lost))


def _put_off(claim: Claim, *, error: str, now: datetime) -> None:
    """A try failed: once more later, or dead after the last."""
    InvitationWave.objects.select_for_update().get(pk=claim.wave_id)
    mine = OutboxMessage.objects.filter(
        pk__in=claim.message_ids, state=MessageState.WAITING, leased_until=claim.until
    )
    dead = mine.filter(attempts__gte=claiming.MOST_ATTEMPTS).update(
        state=MessageState.DEAD, error=error, leased_until=None
    )
    InvitationWave.objects.filter(pk=claim.wave_id).update(failed=F("failed") + dead)
    mine.update(run_after=now + F("attempts") * WAIT, error=error, leased_until=None)
