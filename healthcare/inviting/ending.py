"""How an invitation ends: answered, expired, opted out of, withdrawn. Once, with its counts.

Whoever calls these holds the lock of the wave, taken first; the invitation's own end is one
conditional update, so that of two who end it one does.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.db.models import F

from healthcare.inviting.models import (
    LIVING,
    Invitation,
    InvitationWave,
    MessageState,
    OutboxMessage,
)


class Withdrawn(StrEnum):
    """Why we took an invitation back; the causes of `line_ends` come beside these."""

    CANCELLED = "cancelled"
    """The wave was left."""
    MEMBER = "member"
    """They became a member another way."""
    TRIED_OUT = "tried_out"
    """Somebody who is not them tried to be."""
    UNSENT = "unsent"
    """No message ever left."""


def end(
    invitation_ids: Sequence[int],
    *,
    wave: InvitationWave,
    how: str,
    because: str = "",
    now: datetime,
) -> int:
    """End those of the wave that still live; `how` is `accepted`, `expired`, `opted_out` or
    `withdrawn`. Their waiting messages end too. Returns how many ended."""
    living = Invitation.objects.filter(LIVING, pk__in=invitation_ids, wave=wave)
    ended = list(living.values_list("pk", flat=True))
    changes: dict[str, object] = {f"{how}_at": now}
    if because:
        changes["withdrawn_because"] = because
    count = Invitation.objects.filter(LIVING, pk__in=ended).update(**changes)
    OutboxMessage.objects.filter(invitation__in=ended, state=MessageState.WAITING).update(
        state=MessageState.ENDED, leased_until=None
    )
    dead = OutboxMessage.objects.filter(invitation__in=ended, state=MessageState.DEAD).update(
        state=MessageState.ENDED
    )
    InvitationWave.objects.filter(pk=wave.pk).update(
        **{how: F(how) + count}, failed=F("failed") - dead
    )
    return count
