"""What devices do at a broker, in MQTT 5 and in 3.1.1."""

import json
import secrets
from queue import SimpleQueue
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from devices.mqtt.address import ANSWERS, READINGS

PATIENCE = 30.0


def envelope(token: str, body: Any, **fields: Any) -> bytes:
    """The payload of a device that has no properties."""
    return json.dumps({"token": token, "body": body, **fields}).encode()


class Publisher:
    """A client of the broker; published means acknowledged by the broker."""

    def __init__(self, port: int, *, protocol: int = 5, username: str = "", ca: str = "") -> None:
        self.is_5 = protocol == 5
        self.answers: SimpleQueue[tuple[dict[str, Any], Any]] = SimpleQueue()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"test-{secrets.token_hex(4)}",
            protocol=MQTTProtocolVersion(protocol),
        )
        if username:
            self._client.username_pw_set(username, username)
        if ca:
            self._client.tls_set(ca)
        self.acknowledged = 0
        self.came: SimpleQueue[str] = SimpleQueue()
        self._ready: SimpleQueue[Any] = SimpleQueue()
        self._client.on_connect = lambda *args: self._ready.put(args[3])
        self._client.on_subscribe = lambda *args: self._ready.put(args[3])
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.max_inflight_messages_set(100)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("localhost" if ca else "127.0.0.1", port)
        self._client.loop_start()
        self.refused = self._ready.get(timeout=PATIENCE).is_failure

    def _on_publish(self, *_: Any) -> None:
        self.acknowledged += 1

    def _on_message(self, _: Client, __: Any, came: MQTTMessage) -> None:
        self.came.put(came.topic)
        if came.topic.startswith(ANSWERS):
            self.answers.put((json.loads(came.payload), came.properties))

    def subscribe(self, topic: str) -> None:
        self._client.subscribe(topic, qos=1)
        self._ready.get(timeout=PATIENCE)

    def send(self, payload: bytes, *, topic: str = READINGS, **beside: Any) -> MQTTMessageInfo:
        """Hand it to the client, which publishes it with QoS 1 until the broker has it."""
        return self._client.publish(
            topic, payload, qos=1, properties=self._beside(**beside) if self.is_5 else None
        )

    def publish(self, payload: bytes, **beside: Any) -> None:
        """Publish, and wait until the broker has it."""
        sent = self.send(payload, **beside)
        sent.wait_for_publish(PATIENCE)
        assert sent.is_published()

    def post(self, token: str, body: Any, **beside: Any) -> None:
        """Publish a body as a device of this version does."""
        if self.is_5:
            self.publish(json.dumps(body).encode(), token=token, **beside)
        else:
            self.publish(envelope(token, body), **beside)

    def ask(self, token: str, body: Any, **beside: Any) -> tuple[dict[str, Any], Any]:
        """Publish and wait for the answer; returns it with its properties."""
        topic = f"{ANSWERS}{secrets.token_hex(4)}"
        self.subscribe(topic)
        self.post(token, body, answers=topic, correlation=b"\x00\xff1", **beside)
        return self.answers.get(timeout=PATIENCE)

    def _beside(
        self,
        *,
        token: str = "",
        content_type: str = "",
        encoding: str = "",
        answers: str = "",
        correlation: bytes = b"",
        more: str = "",
    ) -> Any:
        said: Any = Properties(PacketTypes.PUBLISH)
        pairs = [("content-encoding", encoding)] if encoding else []
        pairs += [("authorization", f"Bearer {token}")] if token else []
        pairs += [("more", more)] if more else []
        if pairs:
            said.UserProperty = pairs
        for name, value in (
            ("ContentType", content_type),
            ("ResponseTopic", answers),
            ("CorrelationData", correlation),
        ):
            if value:
                setattr(said, name, value)
        return said

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
