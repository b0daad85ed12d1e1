"""Who posts: the token of a device, a gateway or a member's app.

A device's credential is remembered for a short time, with its holders and their consents, so that
a post costs one look at a key and not a search over five tables. What is remembered is never
believed: each row of `devices_device` and `devices_gateway` has a version that triggers raise
with every change of its keys, its holders or their consents, and `confirm` compares it as the
last statement of the transaction that stores. So what is revoked is refused at once, whichever
process remembers it: a post is judged by what stood when it was committed
(docs/device-credentials.md).
"""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from devices.archives.serials import is_archive
from devices.binary import binary_cursor
from devices.held import Holding, KnownDevice
from devices.remembering import Memory
from healthcare.accounts.credentials import token_hash
from healthcare.audit.actors import Actor
from healthcare.hospitals.scope import Scope, acting_in

APP_PREFIX = "mma_"
# A consent that has an end was withdrawn: it does not count, however the clocks of two machines
# differ. The same holds for what was entrusted.
# One row a holding, with whether its person consents to care now: by LIMIT 1, because an EXISTS may
# be planned as a hash of everybody's consents.
_HOLDINGS = """
       h.patient_id, h.user_slot, lower(h.period), upper(h.period),
       (SELECT true FROM patients_consent c WHERE c.patient_id = h.patient_id
           AND c.purpose = 'care' AND c.period @> %(at)s AND upper_inf(c.period) LIMIT 1) IS TRUE
"""
# One look at the key for each hash, whatever the statistics say of tables that just filled.
_OF_DEVICES = f"""
SELECT k.hash, d.id, d.serial, d.version, {_HOLDINGS}
  FROM unnest(%(hashes)s::bytea[]) AS asked(hash)
  JOIN LATERAL (SELECT * FROM devices_devicecredential WHERE hash = asked.hash LIMIT 1) k ON true
  JOIN devices_device d ON d.id = k.device_id
  LEFT JOIN devices_deviceholding h ON h.device_id = d.id
 WHERE k.revoked_at IS NULL AND d.retired_at IS NULL
 ORDER BY k.hash, h.period
"""
_BY_TOKEN = f"""
SELECT g.id, g.name, g.version, d.id, d.serial, d.version, {_HOLDINGS}
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
# A member's app, while the approval, the app, the log-in and the consent to care all stand: asked
# of a function, because nobody who takes readings in may read who approved what.
_OF_APP = "SELECT grant_id, app, patient_id FROM walls.devices_app_of(%(hash)s, %(at)s)"
# A member's own browser, while its session, the log-in and the consent to care all stand.
_OF_BROWSER = "SELECT patient_id FROM walls.devices_browser_of(%(session)s, %(at)s)"
_OWNER = "SELECT walls.devices_app_owner(%(hash)s)"
_DEVICE_VERSION = "SELECT version FROM devices_device WHERE id = %s"
_GATEWAY_VERSION = "SELECT version FROM devices_gateway WHERE id = %s"


class Stale(RuntimeError):
    """What was remembered of a credential has changed: find it anew."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who posts: a device, with everybody who ever held it; a gateway; a member's app, or the
    browser in which they are signed in.

    `version` is that of the device or gateway when this was read; `hash` finds it again.
    """

    actor: Actor
    device: KnownDevice | None = None
    serial: str = ""
    gateway_id: int | None = None
    app_grant_id: int | None = None
    member_id: int | None = None
    session_id: int | None = None
    hash: bytes = b""
    version: int = 0

    @property
    def sender(self) -> str:
        """Names who posts for somebody else's devices, in the fingerprint of what is sealed."""
        return f"app {self.member_id}" if self.member_id is not None else str(self.gateway_id)

    @property
    def archived(self) -> bool:
        """Whether it is a file of the past that speaks: it opens no crisis and asks no advice."""
        return is_archive(self.serial)


_remembered: Memory[bytes, Credential] = Memory(lasting=timedelta(seconds=60), size=20_000)


def find(token: str, *, at: datetime) -> Credential | None:
    """The live credential of that token, with holdings and the consents that stand at `at`.

    None when it is unknown, revoked, retired or expired; nobody is told which. Asked outside of
    the transaction that stores, and possibly remembered: `confirm` it before the commit.
    """
    hash_ = token_hash(token)
    if token.startswith(APP_PREFIX):
        with acting_in(Scope.ingest()):
            return _app(hash_, at)
    known = _remembered.get(hash_, at=at)
    if known is not None:
        return known
    with acting_in(Scope.ingest()):
        found = _device_or_gateway(hash_, at)
    if found is not None:
        _remembered.keep(hash_, found, at=at)
    return found


def find_devices(hashes: Collection[bytes], *, at: datetime) -> dict[bytes, Credential]:
    """The live credentials of devices with these hashes, as `find` gives them; others are absent.
    For many the database is asked once, if at all. Acts as ingest.
    """
    found = {hash_: known for hash_ in hashes if (known := _remembered.get(hash_, at=at))}
    unknown = [hash_ for hash_ in hashes if hash_ not in found]
    rows = _rows(_OF_DEVICES, {"hashes": unknown, "at": at}) if unknown else []
    for hash_, each in itertools.groupby(rows, key=lambda row: bytes(row[0])):
        found[hash_] = _device(hash_, [row[1:] for row in each])
        _remembered.keep(hash_, found[hash_], at=at)
    return {hash_: known for hash_, known in found.items() if known.device is not None}


def confirm(credential: Credential, *, at: datetime) -> None:
    """Make sure that the credential is still what `find` said. Call it as the last statement of
    the transaction that stores.

    Raises:
        Stale: a key, a holder or a consent changed, or the right to post ended. Nothing must be
            stored; `find` it anew.
    """
    if credential.session_id is not None:
        stands = _browser(credential.session_id, credential.actor, at) is not None
    elif credential.app_grant_id is not None:
        stands = _app(credential.hash, at) is not None
    elif credential.gateway_id is not None:
        stands = _version(_GATEWAY_VERSION, credential.gateway_id) == credential.version
    else:
        assert credential.device is not None
        stands = _version(_DEVICE_VERSION, credential.device.id) == credential.version
    if not stands:
        _remembered.forget(credential.hash)
        raise Stale("The credential changed while it was used.")


def owner_of(presented: str) -> int | None:
    """Whose code, access or refresh token of an app this is or was, as the id of a patient."""
    rows = _rows(_OWNER, {"hash": token_hash(presented)})
    return None if rows[0][0] is None else int(rows[0][0])


def forget() -> None:
    """Remember nothing: as a process that just started."""
    _remembered.clear()


def as_device(*, device_id: int, serial: str, at: datetime) -> Credential:
    """A device's own credential without its token, for what it sent before."""
    with acting_in(Scope.ingest()), binary_cursor() as cursor:
        cursor.execute(_BY_DEVICE, {"id": device_id, "at": at})
        known = KnownDevice(device_id, [Holding(*row) for row in cursor.fetchall()])
    return Credential(Actor("device", str(device_id), serial), known, serial)


def as_gateway(gateway_id: int) -> Credential:
    """A gateway's credential without its token, for what it sent before."""
    return Credential(Actor("gateway", str(gateway_id)), gateway_id=gateway_id)


def as_app(*, grant_id: int, member_id: int) -> Credential:
    """A member's app without its token, for what it sent before."""
    return Credential(Actor("app", str(grant_id)), app_grant_id=grant_id, member_id=member_id)


def as_member(member_id: int) -> Credential:
    """A member's browser without its session, for what it sent before."""
    return Credential(Actor("user"), member_id=member_id)


def as_browser(*, session_id: int, at: datetime, by: Actor) -> Credential | None:
    """The member who is signed in in that session; None when it ended, or without consent to care.

    It posts for devices in that member's hands, as their app would, and has no token that could be
    found again: `receive` it with an empty one.
    """
    with acting_in(Scope.ingest()):
        return _browser(session_id, by, at)


def _browser(session_id: int, by: Actor, at: datetime) -> Credential | None:
    rows = _rows(_OF_BROWSER, {"session": session_id, "at": at})
    return Credential(by, member_id=rows[0][0], session_id=session_id) if rows else None


def _device_or_gateway(hash_: bytes, at: datetime) -> Credential | None:
    rows = _rows(_BY_TOKEN, {"hash": hash_, "at": at})
    if not rows:
        return None
    gateway_id, name, gateway_version = rows[0][:3]
    if gateway_id is not None:
        return Credential(
            Actor("gateway", str(gateway_id), name),
            gateway_id=gateway_id,
            hash=hash_,
            version=gateway_version,
        )
    return _device(hash_, [row[3:] for row in rows])


def _device(hash_: bytes, rows: Sequence[tuple[Any, ...]]) -> Credential:
    """From rows of id, serial, version and a holding each."""
    device_id, serial, version = rows[0][:3]
    # A device that nobody ever held has one row of NULLs.
    holdings = [Holding(*row[3:]) for row in rows if row[3] is not None]
    return Credential(
        Actor("device", str(device_id), serial),
        KnownDevice(device_id, holdings),
        serial,
        hash=hash_,
        version=version,
    )


def _app(hash_: bytes, at: datetime) -> Credential | None:
    rows = _rows(_OF_APP, {"hash": hash_, "at": at})
    if not rows:
        return None
    grant_id, name, patient_id = rows[0]
    actor = Actor("app", str(grant_id), name)
    return Credential(actor, app_grant_id=grant_id, member_id=patient_id, hash=hash_)


def _rows(statement: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
    with binary_cursor() as cursor:
        cursor.execute(statement, values, prepare=True)
        return cursor.fetchall()


def _version(statement: str, id_: int) -> int | None:
    with binary_cursor() as cursor:
        cursor.execute(statement, [id_], prepare=True)
        row = cursor.fetchone()
    return None if row is None else int(row[0])
