"""`MQTT_URL`: which broker, as whom, and under which names."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

# `#` covers the level before it: devices may add levels of their own, for the broker's rules. What
# a topic says about a sender is believed by nobody here.
READINGS = "mimamori/v1/readings"
SUBSCRIPTION = f"{READINGS}/#"
# Nobody makes this program publish anywhere else.
ANSWERS = "mimamori/v1/answers/"
CLIENT_ID = "mimamori-readings"
PORTS = {"mqtt": 1883, "mqtts": 8883}
PROTOCOLS = {"5": 5, "3.1.1": 4}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
EXAMPLE = "write it like mqtts://user:password@broker.example:8883?ca=/etc/ssl/broker.pem"


class BrokerUnclear(ValueError):
    """The address cannot be used; the message says which part and the cure."""


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker. `protocol` is the number on the wire: 5, or 4 for 3.1.1; `ca` a file of
    certificates to trust instead of the system's."""

    host: str
    port: int
    tls: bool
    username: str = ""
    password: str = ""
    client_id: str = CLIENT_ID
    protocol: int = 5
    ca: str = ""

    def __str__(self) -> str:
        """Where it is, without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    @property
    def is_in_the_clear(self) -> bool:
        """Whether tokens and readings cross a network that others may listen on."""
        return not self.tls and self.host not in LOOPBACK


def parse(url: str) -> Broker:
    """Read an address. Raises BrokerUnclear."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BrokerUnclear(f"the port is not a number: {EXAMPLE}.") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise BrokerUnclear(f"it must begin with mqtt:// or mqtts:// and a host: {EXAMPLE}.")
    if parts.path not in ("", "/"):
        raise BrokerUnclear(f"the topics are fixed, leave the path away: {EXAMPLE}.")
    said = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = said.keys() - {"protocol", "ca", "client_id"}
    if unknown:
        raise BrokerUnclear(f"{', '.join(sorted(unknown))} is none of protocol, ca and client_id.")
    protocol = said.get("protocol", "5")
    if protocol not in PROTOCOLS:
        raise BrokerUnclear(f"protocol={protocol} is none of {' and '.join(PROTOCOLS)}.")
    client_id = said.get("client_id", CLIENT_ID)
    if not client_id:
        raise BrokerUnclear("client_id is empty: the broker keeps what waits for us under it.")
    return Broker(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        client_id=client_id,
        protocol=PROTOCOLS[protocol],
        ca=said.get("ca", ""),
    )
