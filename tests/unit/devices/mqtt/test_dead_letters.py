"""What came by the broker and could not be taken in: kept behind a wall, and decided on."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from devices import receiving
from devices.models import BloodPressureReading, DeadLetter
from devices.mqtt import dead_letters, handling
from devices.mqtt.messages import HEAD, Message, message
from devices.wire import native
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from tests.cast import Cast
from tests.unit.devices.conftest import BY, Entrust, Hand, Handed, item

pytestmark = pytest.mark.django_db
LOOKING = Scope.system("a test looks")


def published(token: str, body: Any, **beside: Any) -> Message:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return message("mimamori/v1/readings", payload, authorization=f"Bearer {token}", **beside)


def enveloped(token: str, body: Any) -> Message:
    return message("t", json.dumps({"token": token, "body": body}).encode())


def take(message: Message) -> handling.Outcome:
    return handling.handle(message, now=timezone.now())


def letters() -> list[DeadLetter]:
    with acting_in(LOOKING):
        return list(DeadLetter.objects.order_by("pk"))


def readings() -> list[str]:
    with acting_in(LOOKING):
        return list(BloodPressureReading.objects.values_list("device_reading_id", flat=True))


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("mqtt_messages", *words, stdout=out)
    return out.getvalue()


def test_each_bad_item_is_a_letter_and_its_neighbours_are_stored(cuff: Handed) -> None:
    bad = [item(id="2", systolic="much"), {"kind": "poem"}]
    body = "\n".join(json.dumps(one) for one in [item(id="1"), *bad])
    for _ in range(2):
        take(published(cuff.token, body.encode(), content_type=native.NDJSON))
    assert readings() == ["1"]
    kept = letters()
    payloads = [json.loads(bytes(letter.payload)) for letter in kept]
    assert sorted(payloads, key=len) == sorted(bad, key=len)
    assert {letter.content_type for letter in kept} == {native.JSON}
    assert {letter.sender for letter in kept} == {f"device:{cuff.device.pk}"}


def test_a_gateways_bad_item_of_somebody_who_does_not_consent_is_not_kept(
    cast: Cast, hand: Hand, gateway_token: str, entrust: Entrust
) -> None:
    for patient, serial in ((cast.hanako, "CUFF-1"), (cast.taro, "CUFF-2")):
        hand(patient, serial)
        entrust(serial)
    bad = [item(device=serial, systolic="much") for serial in ("CUFF-1", "CUFF-2", "CUFF-3")]
    outcome = take(published(gateway_token, {"readings": bad}))
    assert outcome.counted["rejected"] == 3
    kept = {json.loads(bytes(letter.payload))["device"] for letter in letters()}
    assert kept == {"CUFF-1", "CUFF-3"}


def test_nobody_reads_them_but_the_system(cast: Cast, cuff: Handed) -> None:
    take(published(cuff.token, b"no JSON"))
    assert len(letters()) == 1
    now = timezone.now()
    for scope in (
        scope_for(cast.alice, now=now),
        scope_for(cast.sam, now=now),
        Scope.people(frozenset({cast.hanako.pk})),
        Scope.operator(cast.demo.pk),
        Scope.audit(),
    ):
        with acting_in(scope):
            assert DeadLetter.objects.count() == 0
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM devices_deadletter")
    with (
        acting_in(Scope.ingest()),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT payload FROM devices_deadletter")


def test_an_unknown_senders_letter_is_given_to_a_device_by_a_person(cast: Cast, hand: Hand) -> None:
    cuff = hand(cast.hanako)
    take(enveloped("mmd_" + "z" * 43, item(id="1")))
    (letter,) = letters()
    with pytest.raises(CommandError, match="--serial"):
        run("redrive", str(letter.pk))
    with pytest.raises(CommandError, match="no device CUFF-9"):
        run("redrive", str(letter.pk), "--serial", "CUFF-9")
    assert run("redrive", str(letter.pk), "--serial", cuff.serial) == (
        f"Letter {letter.pk}: 1 accepted.\n"
    )
    assert readings() == ["1"]
    with pytest.raises(CommandError, match="taken in after all"):
        run("dismiss", str(letter.pk))
    with acting_in(LOOKING):
        actions = list(AuditRecord.objects.values_list("action", flat=True))
    assert "devices.dead_letter_redriven" in actions


def test_what_an_error_of_ours_kept_out_is_taken_in_later(
    cuff: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sent in (published(cuff.token, item(id="1")), enveloped(cuff.token, item(id="2"))):
        handling.failed(sent, now=timezone.now())
    assert [letter.reason for letter in letters()] == ["failed"] * 2
    assert cuff.token not in "".join(bytes(letter.payload).decode() for letter in letters())
    run("redrive", *(str(letter.pk) for letter in letters()))
    assert sorted(readings()) == ["1", "2"]


def test_what_is_still_wrong_stays(cuff: Handed) -> None:
    take(published(cuff.token, item(systolic="much")))
    (letter,) = letters()
    with pytest.raises(CommandError, match="systolic"):
        run("redrive", str(letter.pk))
    assert letters()[0].resolution == ""
    assert run("dismiss", str(letter.pk)) == f"Letter {letter.pk} is left out.\n"
    assert letters()[0].resolution == "dismissed"
    assert json.loads(run("list", "--json")) == {"letters": []}
    assert [row["letter"] for row in json.loads(run("list", "--all", "--json"))["letters"]] == [
        letter.pk
    ]


def test_looking_leaves_a_record(cuff: Handed) -> None:
    take(published(cuff.token, b"no JSON"))
    (letter,) = letters()
    assert run("show", str(letter.pk)) == "no JSON\n"
    assert "unreadable" in run("list")
    with acting_in(LOOKING):
        assert AuditRecord.objects.filter(action="devices.dead_letter_shown").count() == 1


def test_only_the_head_of_a_strangers_letter_is_kept(cuff: Handed) -> None:
    take(message("t", b"x" * (HEAD + 1)))
    (letter,) = letters()
    assert (len(bytes(letter.payload)), letter.size) == (HEAD, HEAD + 1)
    with pytest.raises(CommandError, match="head"):
        run("redrive", str(letter.pk), "--serial", cuff.serial)


def test_words_that_postgresql_does_not_take_hold_nothing_up(cuff: Handed) -> None:
    token = "mmd_" + "z" * 43
    take(message(f"a\0b\ud800{token}", b"\0", content_type="\0" * 500, encoding="\0"))
    (letter,) = letters()
    assert letter.topic == "a\ufffdb?[token]"


def test_they_are_erased_after_thirty_days(cuff: Handed) -> None:
    take(published(cuff.token, b"no JSON"))
    now = timezone.now()
    with acting_in(Scope.system("a test erases")):
        assert dead_letters.erase_unclaimed(now=now + timedelta(days=29), by=BY) == 0
        assert dead_letters.erase_unclaimed(now=now + timedelta(days=31), by=BY) == 1
    assert letters() == []


def test_an_error_of_the_database_is_the_callers(
    cuff: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(receiving, "receive", away)
    with pytest.raises(OperationalError):
        take(published(cuff.token, item()))
    assert letters() == []
