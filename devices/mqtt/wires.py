"""The client library's shapes and ours: how a connection is made, a message read, an answer sent.

The library's own log is never switched on: it would write properties, and a token is one.
"""

import ssl
import struct
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MQTTException
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from devices.mqtt.address import ANSWERS, Broker
from devices.mqtt.messages import Message, message
from devices.wire import native

KEEPALIVE = 30
FOR_EVER = 0xFFFFFFFF
LONGEST_WAIT = 30


@dataclass(frozen=True, slots=True)
class AnswerTo:
    """Where a sender waits for its answer. `correlation` is theirs, given back as it came."""

    topic: str
    correlation: bytes


class _Patient(Client):
    """A client that the content of a message cannot break.

    The library ends the connection over a message that it cannot decode, although the broker could
    (it refuses U+FEFF in a property, which MQTT allows). The broker would deliver it again and
    again, and nothing behind it ever. So such a message is handed on undecoded.
    """

    def _handle_publish(self) -> MQTTErrorCode:
        try:
            return super()._handle_publish()
        except (MQTTException, ValueError, struct.error, IndexError):
            command, packet = self._in_packet["command"], bytes(self._in_packet["packet"])
        qos = (command & 0b110) >> 1
        topic, rest = _topic(packet)
        came = MQTTMessage(int.from_bytes(rest[:2]) if qos else 0, topic)
        came.qos, came.payload = qos, rest[2:] if qos else rest
        self._handle_on_message(came)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def is_running(self) -> bool:
        """Whether the thread that `loop_start` began still runs."""
        return self._thread is not None and self._thread.is_alive()


def _topic(packet: bytes) -> tuple[bytes, bytes]:
    end = 2 + int.from_bytes(packet[:2])
    return packet[2:end], packet[end:]


def client(broker: Broker) -> _Patient:
    """A client whose session the broker keeps, and that acknowledges nothing by itself."""
    is_5 = broker.protocol == MQTTProtocolVersion.MQTTv5
    made = _Patient(
        CallbackAPIVersion.VERSION2,
        client_id=broker.client_id,
        clean_session=None if is_5 else False,
        protocol=MQTTProtocolVersion(broker.protocol),
        manual_ack=True,
    )
    if broker.username:
        made.username_pw_set(broker.username, broker.password or None)
    if broker.tls:
        made.tls_set_context(ssl.create_default_context(cafile=broker.ca or None))
    made.reconnect_delay_set(1, LONGEST_WAIT)
    return made


def connect(made: Client, broker: Broker, *, at_once: int) -> None:
    """Say where to connect; the loop does it, and again. `at_once`: so many messages may be on
    their way to us unacknowledged (MQTT 5; of 3.1.1 the broker decides)."""
    if broker.protocol != MQTTProtocolVersion.MQTTv5:
        made.connect_async(broker.host, broker.port, KEEPALIVE)
        return
    asked = _properties(PacketTypes.CONNECT)
    asked.SessionExpiryInterval = FOR_EVER
    asked.ReceiveMaximum = at_once
    made.connect_async(broker.host, broker.port, KEEPALIVE, clean_start=False, properties=asked)


def received(came: MQTTMessage) -> tuple[Message, AnswerTo | None]:
    """What came, in bounds, and where its sender waits for an answer, if it may wait there."""
    properties = came.properties
    said = dict(getattr(properties, "UserProperty", []))
    answer_to = str(getattr(properties, "ResponseTopic", ""))
    found = message(
        _topic_of(came),
        bytes(came.payload),
        content_type=getattr(properties, "ContentType", ""),
        encoding=said.get("content-encoding", ""),
        authorization=said.get("authorization", ""),
    )
    if not may_be_answered(answer_to):
        return found, None
    return found, AnswerTo(answer_to, bytes(getattr(properties, "CorrelationData", b"")))


def _topic_of(came: MQTTMessage) -> str:
    try:
        return came.topic
    except UnicodeDecodeError:
        return "a topic that is not UTF-8"


def may_be_answered(topic: str) -> bool:
    """Whether we publish there: a sender names the topic, and must not move us to write on others'
    behalf to whatever else lives on the broker."""
    return topic.startswith(ANSWERS) and topic != ANSWERS and not {"+", "#", "\0"} & set(topic)


def answer_properties(to: AnswerTo, status: int, retry_after: int | None = None) -> Any:
    """What goes beside an answer: the correlation, the status that HTTP would have, and its
    `Retry-After` in seconds."""
    said = _properties(PacketTypes.PUBLISH)
    said.ContentType = native.JSON
    said.UserProperty = ("status", str(status))
    if retry_after is not None:
        said.UserProperty = ("retry-after", str(retry_after))
    if to.correlation:
        said.CorrelationData = to.correlation
    return said


def _properties(packet: int) -> Any:
    return Properties(packet)  # type: ignore[no-untyped-call]
