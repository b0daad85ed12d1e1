"""Which messages are acknowledged, and when: after their commit, in the order in which they came.

MQTT demands that order (4.6.0-2). A number that the broker gave to a message means something on
the connection on which it came; after that the broker may give it to another, so an
acknowledgement that is late for its connection is not sent at all: the message comes again.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock


@dataclass(slots=True, eq=False)
class Ticket:
    """One message that came and awaits its acknowledgement. `number` is the broker's."""

    number: int
    is_done: bool = False


class Acknowledging:
    """Called from the thread of the network and from those that work. `send` acknowledges the
    message of that number, and must not wait."""

    def __init__(self, send: Callable[[int], object]) -> None:
        self._send = send
        self._waiting: deque[Ticket] = deque()
        self._lock = Lock()

    def came(self, number: int) -> Ticket:
        """A message came."""
        ticket = Ticket(number)
        with self._lock:
            self._waiting.append(ticket)
        return ticket

    def done(self, ticket: Ticket) -> None:
        """It is committed: acknowledge it, once everything before it is."""
        with self._lock:
            ticket.is_done = True
            while self._waiting and self._waiting[0].is_done:
                self._send(self._waiting.popleft().number)

    def disconnected(self) -> None:
        """What came on that connection is acknowledged no more."""
        with self._lock:
            self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)
