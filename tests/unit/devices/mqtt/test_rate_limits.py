"""Above its limit a sender that waits for an answer is told so; any other message is taken in."""

import json

import pytest
from django.conf import LazySettings
from django.utils import timezone

from devices.models import BloodPressureReading, DeadLetter
from devices.mqtt import handling
from devices.mqtt.messages import Message, message
from healthcare.hospitals.scope import Scope, acting_in
from tests.unit.devices.conftest import Handed, item

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small(settings: LazySettings) -> None:
    rates = settings.READING_RATES
    settings.READING_RATES = {**rates, ("device", "posts"): (2, 1), ("device", "items"): (3, 1)}


def sent(cuff: Handed, *ids: int, enveloped: bool = False) -> Message:
    body = {"readings": [item(id=str(id_)) for id_ in ids]}
    if enveloped:
        return message("t", json.dumps({"token": cuff.token, "body": body}).encode())
    return message("t", json.dumps(body).encode(), authorization=f"Bearer {cuff.token}")


def statuses(*messages: Message, limited: bool) -> list[int]:
    return [handling.handle(m, now=timezone.now(), limited=limited).status for m in messages]


def stored() -> list[str]:
    with acting_in(Scope.system("a test looks")):
        assert not DeadLetter.objects.exists()
        rows = BloodPressureReading.objects.order_by("device_reading_id")
        return list(rows.values_list("device_reading_id", flat=True))


@pytest.mark.parametrize("enveloped", [False, True])
def test_who_waits_for_an_answer_is_told_to_wait(cuff: Handed, enveloped: bool) -> None:
    few = [sent(cuff, n, enveloped=enveloped) for n in (1, 2)]
    assert statuses(*few, limited=True) == [200, 200]
    outcome = handling.handle(sent(cuff, 3, enveloped=enveloped), now=timezone.now(), limited=True)
    assert (outcome.status, outcome.counted) == (429, {"too_fast": 1})
    assert outcome.retry_after is not None
    assert 0 < outcome.retry_after <= 60
    assert json.loads(outcome.answer)["status"] == 429
    assert stored() == ["1", "2"]


def test_items_count_too(cuff: Handed) -> None:
    assert statuses(sent(cuff, 1, 2), sent(cuff, 3, 4), limited=True) == [200, 429]
    assert stored() == ["1", "2"]


def test_who_waits_for_none_is_never_refused(cuff: Handed) -> None:
    assert statuses(*(sent(cuff, n) for n in range(8)), limited=False) == [200] * 8
    assert len(stored()) == 8
