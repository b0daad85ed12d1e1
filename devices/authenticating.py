"""Who posts: the token of a device or a gateway, asked of the database each time, so that a
revoked one is refused at once."""

from dataclasses import dataclass
from datetime import datetime

from devices.binary import binary_cursor
from devices.held import Holding, KnownDevice
from healthcare.accounts.credentials import token_hash
from healthcare.audit.actors import Actor
from healthcare.hospitals.scope import Scope, acting_in

# One row a holding, with whether its person consents to care now.
_HOLDINGS = """
       h.patient_id, h.user_slot, lower(h.period), upper(h.period),
       EXISTS (SELECT FROM patients_consent c WHERE c.patient_id = h.patient_id
                  AND c.purpose = 'care' AND c.period @> %(at)s)
"""
_BY_TOKEN = f"""
SELECT g.id, g.name, d.id, d.serial, {_HOLDINGS}
  FROM devices_devicecredential k
  LEFT JOIN devices_device d ON d.id = k.device_id
  LEFT JOIN devices_gateway g ON g.id = k.gateway_id
  LEFT JOIN devices_deviceholding h ON h.device_id = d.id
 WHERE k.hash = %(hash)s AND k.revoked_at IS NULL
   AND d.retired_at IS NULL AND g.retired_at IS NULL
 ORDER BY h.period
"""
_BY_DEVICE = f"""
SELECT {_HOLDINGS} FROM devices_deviceholding h WHERE h.device_id = %(id)s ORDER BY h.period
"""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who posts: a device, with everybody who ever held it, or a gateway."""

    actor: Actor
    device: KnownDevice | None = None
    serial: str = ""
    gateway_id: int | None = None


def find(token: str, *, at: datetime) -> Credential | None:
    """The live credential of that token, with holdings and the consents that stand at `at`.

    None when it is unknown, revoked or retired.
    """
    with acting_in(Scope.ingest()), binary_cursor() as cursor:
        cursor.execute(_BY_TOKEN, {"hash": token_hash(token), "at": at}, prepare=True)
        rows = cursor.fetchall()
    if not rows:
        return None
    gateway_id, name, device_id, serial = rows[0][:4]
    if gateway_id is not None:
        return Credential(Actor("gateway", str(gateway_id), name), gateway_id=gateway_id)
    # A device that nobody ever held has one row of NULLs.
    holdings = [Holding(*row[4:]) for row in rows if row[4] is not None]
    device = KnownDevice(device_id, holdings)
    return Credential(Actor("device", str(device_id), serial), device, serial)


def as_device(*, device_id: int, serial: str, at: datetime) -> Credential:
    """A device's own credential without its token, for what it sent before."""
    with acting_in(Scope.ingest()), binary_cursor() as cursor:
        cursor.execute(_BY_DEVICE, {"id": device_id, "at": at})
        known = KnownDevice(device_id, [Holding(*row) for row in cursor.fetchall()])
    return Credential(Actor("device", str(device_id), serial), known, serial)
