"""Questions about waves, for pages and commands. Ask them inside a scope."""

from dataclasses import dataclass

from django.db.models import Count

from healthcare.inviting.models import (
    COUNTED,
    Channel,
    InvitationWave,
    MessageState,
    OutboxMessage,
)


@dataclass(frozen=True, slots=True)
class Dead:
    """Messages that were given up, by what stopped them; `channel` in words."""

    channel: str
    error: str
    messages: int


def waiting(wave: InvitationWave) -> int:
    """Messages that are still to leave."""
    return OutboxMessage.objects.filter(wave=wave, state=MessageState.WAITING).count()


def dead(wave: InvitationWave) -> list[Dead]:
    """What was given up, most first; the last error by its kind."""
    found = (
        OutboxMessage.objects.filter(wave=wave, state=MessageState.DEAD)
        .values_list("channel", "error")
        .annotate(messages=Count("pk"))
        .order_by("-messages", "channel", "error")
    )
    return [Dead(str(Channel(channel).label), error, n) for channel, error, n in found]


def counts(wave: InvitationWave) -> dict[str, int]:
    """The wave's counts by their names."""
    return {name: getattr(wave, name) for name in COUNTED}
