"""A message with all that it needs to leave. It lives in memory only."""

from dataclasses import dataclass, field
from datetime import datetime

from healthcare.inviting.models import OutboxMessage
from healthcare.inviting.recipients import Recipient
from healthcare.inviting.wording import Text


class CannotSend(RuntimeError):
    """It did not leave. The message is the kind of the error: its text may name the person.

    `alone` says that only this message was refused, not what would carry the others.
    """

    def __init__(self, kind: str, *, alone: bool = False) -> None:
        super().__init__(kind)
        self.alone = alone


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, to whom, what it says; nothing of that is shown when it is printed."""

    message: OutboxMessage
    to: Recipient = field(repr=False)
    text: Text = field(repr=False)
    link: str = field(repr=False)
    token: str = field(repr=False)
    expires_at: datetime
