"""Devices of the cast, and a way to post as one of them."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices import registry
from devices.member_apps import registering
from devices.models import Device, MemberApp
from devices.together import company
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from tests.cast import Cast
from tests.unit.devices.phone import HTTPS, LOOPBACK, PRIVATE, Phone

HANDED_OVER = datetime(2026, 3, 1, tzinfo=UTC)
BY = command("tests")


@dataclass(frozen=True)
class Handed:
    """A device in somebody's hands, with its token."""

    device: Device
    token: str

    @property
    def serial(self) -> str:
        return self.device.serial


Hand = Callable[..., Handed]
Post = Callable[..., Any]
Entrust = Callable[..., None]


def _an_hour_ago() -> str:
    return (timezone.now().replace(microsecond=0) - timedelta(hours=1)).isoformat()


def item(**fields: Any) -> dict[str, Any]:
    """A blood-pressure item measured an hour ago."""
    return {
        "kind": "blood_pressure",
        "measured_at": _an_hour_ago(),
        "systolic": 128,
        "diastolic": 82,
        "pulse": 64,
        **fields,
    }


def night(**fields: Any) -> dict[str, Any]:
    """Last night: eight hours, one of them awake."""
    return {
        "kind": "sleep",
        "started_at": "2026-11-01T23:00:00+09:00",
        "ended_at": "2026-11-02T07:00:00+09:00",
        "stages": [
            {"stage": "awake", "minutes": 30},
            {"stage": "light", "minutes": 240},
            {"stage": "deep", "minutes": 90},
            {"stage": "rem", "minutes": 90},
            {"stage": "awake", "minutes": 30},
        ],
        **fields,
    }


def weighing(**fields: Any) -> dict[str, Any]:
    """A scale's item of an hour ago."""
    return {"kind": "weight", "measured_at": _an_hour_ago(), "weight": 64.25, **fields}


def recording(**fields: Any) -> dict[str, Any]:
    """A minute of an oximeter, one sample without a value."""
    return {
        "kind": "oximetry",
        "started_at": "2026-11-01T23:00:00+09:00",
        "sample_seconds": 10,
        "spo2": [97, 97, 96, None, 95, 96],
        "pulse": [58, 58, 59, None, 60, 58],
        **fields,
    }


ONE_OF_EACH = (item, night, weighing, recording)
"""What a device of each kind sends, in the order of `KINDS`."""


@pytest.fixture(autouse=True)
def _no_company_stays() -> Iterator[None]:
    """The thread of `devices.together` gives its connection back before the database goes."""
    yield
    company.close()


@pytest.fixture
def hand() -> Hand:
    """Register a device for a person."""

    def register(patient: Patient, serial: str = "CUFF-1", **fields: Any) -> Handed:
        with acting_in(Scope.system("a test registers")):
            registered = registry.register(
                **{
                    "kind": "blood_pressure",
                    "serial": serial,
                    "patient": patient,
                    "handed_over_at": HANDED_OVER,
                    "now": timezone.now(),
                    "by": BY,
                    **fields,
                }
            )
        return Handed(registered.device, registered.token)

    return register


@pytest.fixture
def cuff(cast: Cast, hand: Hand) -> Handed:
    """Hanako's cuff; she consents to care."""
    return hand(cast.hanako)


@pytest.fixture
def gateway_token(cast: Cast) -> str:
    with acting_in(Scope.system("a test registers")):
        return registry.register_gateway(name="ward-hub", now=timezone.now(), by=BY)[1]


@pytest.fixture
def entrust() -> Entrust:
    """Let the gateway of `gateway_token` post for a device."""

    def hand_to_gateway(serial: str, gateway: str = "ward-hub") -> None:
        with acting_in(Scope.system("a test entrusts")):
            registry.entrust_to_gateway(gateway=gateway, serial=serial, now=timezone.now(), by=BY)

    return hand_to_gateway


@pytest.fixture
def post(client: Client) -> Post:
    """POST a body as JSON (or bytes as they are) with a token."""

    def send(
        token: str,
        body: Any,
        *,
        content_type: str = "application/json",
        packed: bool = False,
        **headers: str,
    ) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if packed:
            data, headers = gzip.compress(data), {**headers, "Content-Encoding": "gzip"}
        return client.post(
            "/api/v1/readings",
            data,
            content_type=content_type,
            headers={"Authorization": f"Bearer {token}", **headers},
        )

    return send


@pytest.fixture
def app(cast: Cast) -> MemberApp:
    return registering.register(
        name="Pocket cuff",
        redirect_uris=[PRIVATE, LOOPBACK, HTTPS],
        now=timezone.now(),
        by=BY,
    )


@pytest.fixture
def phone(app: MemberApp) -> Phone:
    return Phone(app)
