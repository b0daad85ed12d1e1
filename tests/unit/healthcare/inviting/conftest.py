"""A wave of three people, and the clock and the outbox that its tests use."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import leading, sending, waves
from healthcare.inviting.models import (
    COUNTED,
    Invitation,
    InvitationWave,
    MessageState,
    OutboxMessage,
)
from healthcare.subscribers.models import Contract, Operator
from tests.factories import ContractFactory, LineFactory, OperatorFactory, PatientFactory

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BY = command("tests")
SYSTEM = Scope.system("a test of invitations")
NAME, EMAIL, POSTCODE = "山田", "hanako.yamada@mail.example", "9876543"


@pytest.fixture(autouse=True)
def outbox(settings: Any, tmp_path: Path) -> Path:
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_HOST = "127.0.0.1"
    return tmp_path / "outbox"


@pytest.fixture
def operator(db: None) -> Operator:
    return OperatorFactory(code="demo")


@pytest.fixture
def people(operator: Operator) -> list[Contract]:
    """Three subscribers with number, address and e-mail."""
    with acting_in(SYSTEM):
        return [subscriber(operator, n) for n in range(3)]


def subscriber(operator: Operator, n: int = 0, **person: Any) -> Contract:
    """Call it in a scope."""
    given = {"email": f"{n}.{EMAIL}", "postcode": POSTCODE, "family_name": NAME, **person}
    contract = ContractFactory(operator=operator, patient=PatientFactory(**given))
    LineFactory(contract=contract)
    return contract


def wave_of(operator: Operator, *channels: str, now: datetime = NOW, **more: Any) -> InvitationWave:
    """Planned and started; `to` leaves it before that."""
    given = {"name": "first", "cut_over_on": date(2026, 11, 1), "starts_at": now, "pace": 6000}
    plan = waves.Plan(channels=channels or ("console",), **{**given, **more})
    with acting_in(SYSTEM):
        wave = waves.plan(operator=operator, plan=plan, now=now, by=BY)
    lead(wave, now)
    with acting_in(SYSTEM):
        waves.start(wave=wave, now=now, by=BY)
    return wave


def lead(wave: InvitationWave, now: datetime = NOW) -> None:
    """All that is due besides sending."""
    more = True
    while more:
        with acting_in(SYSTEM):
            more = leading.step(wave_id=wave.pk, now=now, by=BY)


def send(wave: InvitationWave, now: datetime = NOW) -> int:
    return sending.send(wave_id=wave.pk, now=now)


def all_sent(wave: InvitationWave, now: datetime = NOW) -> None:
    """Everything of a fast wave leaves."""
    lead(wave, now)
    for second in range(3):
        send(wave, now + timedelta(seconds=second))


def fresh(wave: InvitationWave) -> InvitationWave:
    with acting_in(SYSTEM):
        return InvitationWave.objects.get(pk=wave.pk)


def states(wave: InvitationWave) -> list[str]:
    with acting_in(SYSTEM):
        return list(
            OutboxMessage.objects.filter(wave=wave).order_by("pk").values_list("state", flat=True)
        )


def counts_fit(wave: InvitationWave) -> dict[str, int]:
    """What the wave counts is what its rows say."""
    with acting_in(SYSTEM):
        rows = Invitation.objects.filter(wave=wave)
        moments = ("sent", "reminded", "accepted", "expired", "opted_out", "withdrawn")
        found = {name: rows.exclude(**{f"{name}_at": None}).count() for name in moments}
        found["planned"] = rows.count()
        dead = OutboxMessage.objects.filter(wave=wave, state=MessageState.DEAD)
        found["failed"] = dead.count()
        stored = InvitationWave.objects.get(pk=wave.pk)
    counted = {name: getattr(stored, name) for name in COUNTED}
    assert {name: counted[name] for name in found} == found
    return {name: count for name, count in counted.items() if count}


Killed = Callable[[str], None]


class Kill(BaseException):
    """What kill -9 leaves behind: nobody catches it."""
