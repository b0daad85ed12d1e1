"""Who posts: the token of a device or a gateway, asked of the database each time, so that a
revoked one is refused at once."""

from dataclasses import dataclass

from django.db import connection

from healthcare.accounts.credentials import token_hash
from healthcare.audit.actors import Actor
from healthcare.hospitals.scope import Scope

_LOOK_UP = """
SELECT c.id, d.id, d.serial, g.id, g.name,
       ARRAY(SELECT DISTINCT h.patient_id FROM devices_deviceholding h WHERE h.device_id = d.id)
  FROM devices_devicecredential c
  LEFT JOIN devices_device d ON d.id = c.device_id
  LEFT JOIN devices_gateway g ON g.id = c.gateway_id
 WHERE c.hash = %s AND c.revoked_at IS NULL
   AND d.retired_at IS NULL AND g.retired_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Credential:
    """A live credential and what it may touch: a device only its holders', past ones included."""

    actor: Actor
    device_id: int | None = None
    gateway_id: int | None = None
    serial: str = ""
    holder_ids: frozenset[int] = frozenset()
    id: int | None = None

    @property
    def scope(self) -> Scope:
        """Whose data what it posts may reach."""
        if self.device_id is None:
            return Scope.system("a gateway posts for whoever holds its devices")
        return Scope.people(self.holder_ids)


def find(token: str) -> Credential | None:
    """The live credential of that token; None when it is unknown, revoked or retired."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, [token_hash(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    id_, device_id, serial, gateway_id, name, holder_ids = row
    if device_id is None:
        return Credential(Actor("gateway", str(gateway_id), name), gateway_id=gateway_id, id=id_)
    return Credential(
        Actor("device", str(device_id), serial),
        device_id=device_id,
        serial=serial,
        holder_ids=frozenset(holder_ids),
        id=id_,
    )
