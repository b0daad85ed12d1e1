"""Publish uploads at a broker as devices do, with MQTT 5, and wait for the answer to each.

The broker's acknowledgement says that the broker has it; only the answer says that it is stored.
So what is not answered is published again.
"""

import json
import secrets
import time
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from devices.simulators.failing import ServerUnreachable
from devices.simulators.members import Member
from devices.simulators.posting import Upload

READINGS, ANSWERS = "mimamori/v1/readings", "mimamori/v1/answers"
PORTS = {"mqtt": 1883, "mqtts": 8883}
CONNECTED_WITHIN, ANSWERED_WITHIN = 10.0, 30.0
PATIENCE = 4  # times that one upload is published
TOO_FAST, LONGEST_WAIT = 429, 300


class Publish:
    """One connection to the broker, used by one thread."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ServerUnreachable(f"{url!r} is no address: write it like mqtt://127.0.0.1:1883.")
        name = f"simulator-{secrets.token_hex(6)}"
        self._answers = f"{ANSWERS}/{name}"
        self._came: SimpleQueue[tuple[bytes, int, dict[str, Any], int]] = SimpleQueue()
        self._ready: SimpleQueue[str] = SimpleQueue()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv5
        )
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            self._client.tls_set()
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._ready.put("")
        self._client.on_message = self._on_message
        self._connect(parts.hostname, parts.port or PORTS[parts.scheme])

    def __call__(self, member: Member, upload: Upload) -> tuple[int, dict[str, Any]]:
        """Publish until it is answered, waiting as long as an answer says. Raises
        ServerUnreachable when patience ends."""
        body = json.dumps(upload.body).encode()
        for _ in range(PATIENCE):
            correlation = secrets.token_bytes(12)
            beside = self._beside(member.token, correlation)
            self._client.publish(READINGS, body, qos=1, properties=beside)
            answer = self._answer(correlation)
            if answer is None:
                continue
            status, said, wait = answer
            if status != TOO_FAST:
                return status, said
            time.sleep(min(wait, LONGEST_WAIT))
        raise ServerUnreachable(
            f"No answer after {PATIENCE} tries: does mqtt_subscribe run at this broker?"
        )

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _connect(self, host: str, port: int) -> None:
        try:
            self._client.connect(host, port)
            self._client.loop_start()
            problem = self._ready.get(timeout=CONNECTED_WITHIN)
        except OSError as error:
            raise ServerUnreachable(f"{host}:{port} does not answer: {error}.") from error
        except Empty:
            problem = "no answer"
        if problem:
            self.close()
            raise ServerUnreachable(f"The broker at {host}:{port} refuses: {problem}.")

    def _answer(self, correlation: bytes) -> tuple[int, dict[str, Any], int] | None:
        """The answer to just that, with the seconds to wait before it is sent again; late answers
        to others are passed over."""
        until = time.monotonic() + ANSWERED_WITHIN
        while (left := until - time.monotonic()) > 0:
            try:
                to, status, answer, wait = self._came.get(timeout=left)
            except Empty:
                return None
            if to == correlation:
                return status, answer, wait
        return None

    def _beside(self, token: str, correlation: bytes) -> Any:
        said: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        said.ContentType = "application/json"
        said.UserProperty = ("authorization", f"Bearer {token}")
        said.ResponseTopic = self._answers
        said.CorrelationData = correlation
        return said

    def _on_connect(self, client: Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            self._ready.put(str(reason))
        else:
            client.subscribe(self._answers, qos=1)

    def _on_message(self, _: Client, __: Any, came: MQTTMessage) -> None:
        said: Any = came.properties
        beside = dict(said.UserProperty)
        status, wait = int(beside["status"]), int(beside.get("retry-after", 0))
        self._came.put((said.CorrelationData, status, json.loads(came.payload), wait))
