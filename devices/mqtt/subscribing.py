"""The long-running subscriber: takes messages from the broker, acknowledges what is committed.

One thread speaks with the broker and keeps the connection alive, however long the database is
away; a few others work, each on its own connection to the database. The messages of one sender go
through the same one of them, in order. How many are in memory is bounded by what the broker may
send unacknowledged.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any
from zlib import crc32

from django.db import InterfaceError, InternalError, OperationalError, connection
from django.utils import timezone
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.reasoncodes import ReasonCode

from devices.mqtt import handling, wires
from devices.mqtt.acknowledging import Acknowledging, Ticket
from devices.mqtt.address import SUBSCRIPTION, Broker
from devices.mqtt.handling import Outcome
from devices.mqtt.messages import Message
from devices.mqtt.wires import AnswerTo

log = logging.getLogger("devices.mqtt")

LANES = 4
AT_ONCE = 100
AWAY = (OperationalError, InterfaceError, InternalError)
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 15.0
# So often one message may fail while the database answers: five minutes. Then it steps aside.
PATIENCE = 25
HEARTBEAT = 60.0
WAITING_ANSWERS = 1000

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message with what its sender and the broker wait for. `ticket` is None for QoS 0."""

    message: Message
    answer_to: AnswerTo | None
    ticket: Ticket | None


class Subscriber:
    """Subscribes at one broker until it is stopped. `say` writes a line for whoever runs it."""

    def __init__(
        self,
        broker: Broker,
        *,
        lanes: int = LANES,
        at_once: int = AT_ONCE,
        say: Say = log.info,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        self.broker = broker
        self.counted: Counter[str] = Counter()
        self._at_once = at_once
        self._say, self._clock = say, clock
        self._client = wires.client(broker)
        self._acks = Acknowledging(lambda number: self._client.ack(number, 1))
        self._queues: list[SimpleQueue[Delivery | None]] = [SimpleQueue() for _ in range(lanes)]
        self._lock = Lock()
        self._stopping, self._stopped = Event(), Event()
        self._failure: BaseException | None = None

    def stop(self) -> None:
        """Ask it to end: what is in hand is finished and acknowledged, the rest stays with the
        broker. Safe in a handler of signals."""
        self._stopping.set()

    @property
    def is_stopped(self) -> bool:
        """Whether it has ended and hung up."""
        return self._stopped.is_set()

    def run(self) -> None:
        """Work until `stop`. Raises what broke it."""
        made = self._client
        made.max_queued_messages_set(WAITING_ANSWERS)
        made.on_connect, made.on_disconnect = self._on_connect, self._on_disconnect
        made.on_connect_fail, made.on_message = self._on_connect_fail, self._on_message
        made.on_subscribe = self._on_subscribe
        threads = [Thread(target=self._work, args=(queue,)) for queue in self._queues]
        for thread in threads:
            thread.start()
        wires.connect(made, self.broker, at_once=self._at_once)
        made.loop_start()
        try:
            self._watch()
        finally:
            self._stopping.set()
            for queue in self._queues:
                queue.put(None)
            for thread in threads:
                thread.join()
            made.disconnect()
            made.loop_stop()
            self._beat("stopped")
            self._stopped.set()
        if self._failure is not None:
            raise self._failure

    def _watch(self) -> None:
        following = time.monotonic() + HEARTBEAT
        # In slices, because a signal handler runs only between two waits on some systems.
        while not self._stopping.wait(0.5):
            if not self._client.is_running():
                raise ConnectionError("The thread that speaks with the broker ended.")
            if time.monotonic() >= following:
                self._beat("alive")
                following += HEARTBEAT

    def _beat(self, word: str) -> None:
        """A line of figures: nothing in it is about anybody."""
        with self._lock:
            counted = dict(self.counted)
        state = "connected" if self._client.is_connected() else "not connected"
        figures = ", ".join(f"{name} {number}" for name, number in sorted(counted.items()))
        log.info("%s, %s, %d unacknowledged; %s", word, state, len(self._acks), figures or "-")

    def _count(self, **more: int) -> None:
        with self._lock:
            self.counted.update(more)

    # --- the network's thread ----------------------------------------------------------------

    def _on_connect(self, made: Client, _: Any, flags: Any, reason: ReasonCode, __: Any) -> None:
        if reason.is_failure:
            log.error("%s refuses us: %s.", self.broker, reason)
            return
        self._count(connections=1)
        if flags.session_present:
            # All that is not acknowledged comes again, so what waits here would come twice.
            for queue in self._queues:
                _empty(queue)
        elif self.counted["connections"] > 1:
            log.warning("%s has forgotten our session, and what waited in it.", self.broker)
        made.subscribe(SUBSCRIPTION, qos=1)

    def _on_subscribe(self, made: Client, _: Any, __: int, reasons: Any, ___: Any) -> None:
        refused = next((reason for reason in reasons if reason.is_failure), None)
        if refused is not None:
            log.error("%s refuses the subscription: %s.", self.broker, refused)
            return
        self._say(f"Subscribed to {SUBSCRIPTION} at {self.broker}.")

    def _on_disconnect(self, _: Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        self._acks.disconnected()
        if not self._stopping.is_set():
            log.warning("Lost the connection to %s: %s. Connecting again.", self.broker, reason)

    def _on_connect_fail(self, _: Client, __: Any) -> None:
        log.warning("%s does not answer. Trying again.", self.broker)

    def _on_message(self, _: Client, __: Any, came: MQTTMessage) -> None:
        ticket = self._acks.came(came.mid) if came.qos else None
        message, answer_to = wires.received(came)
        lane = crc32(message.whose()) % len(self._queues)
        self._queues[lane].put(Delivery(message, answer_to, ticket))

    # --- those that work ---------------------------------------------------------------------

    def _work(self, queue: "SimpleQueue[Delivery | None]") -> None:
        try:
            while (delivery := queue.get()) is not None and not self._stopping.is_set():
                self._settle(delivery)
        except BaseException as error:
            self._failure = error
            self._stopping.set()
        finally:
            connection.close()

    def _settle(self, delivery: Delivery) -> None:
        outcome = self._outcome(delivery)
        if outcome is None:
            return
        self._count(messages=1, **outcome.counted)
        if delivery.answer_to is not None:
            to = delivery.answer_to
            beside = wires.answer_properties(to, outcome.status, outcome.retry_after)
            self._client.publish(to.topic, outcome.answer, qos=1, properties=beside)
        if delivery.ticket is not None:
            self._acks.done(delivery.ticket)

    def _outcome(self, delivery: Delivery) -> Outcome | None:
        """What became of it, once it is committed; None when we are stopped before that."""
        message, pause, tries = delivery.message, FIRST_PAUSE, 0
        while True:
            try:
                if tries >= PATIENCE:
                    return handling.failed(message, now=self._clock())
                # Who waits for no answer would not learn that it must be sent again. Our own
                # further tries are nothing that the sender did.
                limited = delivery.answer_to is not None and tries == 0
                return handling.handle(message, now=self._clock(), limited=limited)
            except AWAY:
                log.warning("The database does not take a message: trying again in %.1f s.", pause)
            except Exception:
                # It would fail again for ever, and everything behind it would wait.
                log.exception("A message cannot be taken in.")
                tries = PATIENCE
            tries += 1
            self._count(tries_again=1)
            connection.close()
            if self._stopping.wait(pause):
                return None
            pause = min(pause * 2, LONGEST_PAUSE)


def _empty(queue: "SimpleQueue[Delivery | None]") -> None:
    try:
        while True:
            if queue.get_nowait() is None:
                queue.put(None)
                return
    except Empty:
        return
