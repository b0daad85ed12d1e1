"""Who acts: a person, a device, a command or a task. Audit lies below accounts, so actors are
values, not foreign keys."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["user", "device", "gateway", "app", "command", "task", "nobody"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is accountable for a change or a view. `id` is empty for commands without a user."""

    kind: ActorKind
    id: str = ""
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id or self.name}"


def command(name: str) -> Actor:
    """The actor of `manage.py NAME`, run by whoever holds the machine."""
    return Actor("command", name=name)


def task(name: str) -> Actor:
    """The actor of a background task."""
    return Actor("task", name=name)
