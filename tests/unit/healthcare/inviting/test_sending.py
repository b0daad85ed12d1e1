"""Messages leave once, at the wave's pace, to whom they are for at that moment."""

import csv
import logging
import os
import smtplib
import stat
import threading
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.hospitals.scope import acting_in
from healthcare.inviting import claiming, disk, files, links, sending, singly, waves
from healthcare.inviting.models import (
    Invitation,
    InvitationWave,
    MessageState,
    OutboxFile,
    OutboxMessage,
)
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract, Line, Operator
from tests.factories import ConsentFactory, LineFactory
from tests.unit.healthcare.inviting.conftest import (
    BY,
    EMAIL,
    NAME,
    NOW,
    POSTCODE,
    SYSTEM,
    Kill,
    all_sent,
    counts_fit,
    fresh,
    send,
    states,
    wave_of,
)

SECOND = timedelta(seconds=1)


def rows_in(folder: Path) -> list[dict[str, str]]:
    """All rows of all finished files."""
    found: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found += csv.DictReader(file)
    return found


def test_the_pace_holds(operator: Operator, people: list[Contract]) -> None:
    wave = wave_of(operator, pace=2)
    assert [send(wave, NOW + n * SECOND) for n in (0, 1, 29, 30, 31, 59, 60, 200)] == [
        *(1, 0, 0, 1, 0, 0, 1, 0),
    ]


def test_a_wave_that_stood_still_does_not_catch_up_at_once(
    operator: Operator, people: list[Contract]
) -> None:
    wave = wave_of(operator, pace=3)
    assert send(wave, NOW) == 1
    # An hour of three a minute would be all of them.
    assert send(wave, NOW + timedelta(hours=1)) == 1


def test_nothing_leaves_before_the_start_or_while_paused(
    operator: Operator, people: list[Contract]
) -> None:
    wave = wave_of(operator, starts_at=NOW + SECOND)
    assert send(wave, NOW) == 0
    with acting_in(SYSTEM):
        waves.pause(wave=wave, now=NOW, by=BY)
    assert send(wave, NOW + 2 * SECOND) == 0
    with acting_in(SYSTEM):
        waves.resume(wave=wave, now=NOW, by=BY)
    assert send(wave, NOW + 2 * SECOND) > 0


def test_the_brake_holds_and_no_try_counts(operator: Operator, people: list[Contract]) -> None:
    wave = wave_of(operator, "sms")
    with acting_in(SYSTEM):
        pulling.pull(kind=Kind.INVITATIONS, of="demo", reason="a wrong text", now=NOW, by=BY)
    assert send(wave, NOW) == 0
    with acting_in(SYSTEM):
        assert set(OutboxMessage.objects.values_list("state", "attempts")) == {("waiting", 0)}
        pulling.release(kind=Kind.INVITATIONS, of="demo", now=NOW, by=BY)
    all_sent(wave)
    assert counts_fit(wave) == {"planned": 3, "sent": 3}


@pytest.mark.parametrize("channel", ["sms", "console"])
def test_a_brake_that_is_pulled_after_the_claim_stops_it(
    operator: Operator, people: list[Contract], outbox: Path, channel: str
) -> None:
    wave = wave_of(operator, channel)
    claim = claiming.claim

    def and_then(**asked: Any) -> Any:
        found = claim(**asked)
        pulling.pull(kind=Kind.INVITATIONS, reason="at once", now=NOW, by=BY)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claiming, "claim", and_then)
        assert send(wave, NOW + SECOND) > 0
    assert set(states(wave)) == {"waiting"}
    assert not list(outbox.rglob("*.*"))
    with acting_in(SYSTEM):
        rows = OutboxMessage.objects.values_list("attempts", "leased_until")
        assert set(rows) == {(0, None)}


def test_an_sms_file_says_what_a_gateway_needs(
    operator: Operator, people: list[Contract], outbox: Path
) -> None:
    wave = wave_of(operator, "sms")
    all_sent(wave)
    rows = rows_in(outbox / "sms")
    with acting_in(SYSTEM):
        numbers = {n.removeprefix("+") for n in Line.objects.values_list("number", flat=True)}
        ids = {str(pk) for pk in OutboxMessage.objects.values_list("pk", flat=True)}
        kept = list(OutboxFile.objects.filter(wave=wave))
    assert {row["msisdn"] for row in rows} == numbers
    assert {row["message"] for row in rows} == ids
    assert all("/join/" in row["text"] and operator.name in row["text"] for row in rows)
    assert all(file.published_at for file in kept)
    assert sum(file.messages for file in kept) == len(rows) == 3
    (path, *_) = (outbox / "sms").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_a_letter_file_runs_no_formula(
    operator: Operator, people: list[Contract], outbox: Path
) -> None:
    with acting_in(SYSTEM):
        Patient.objects.update(family_name="=HYPERLINK(0)")
    all_sent(wave_of(operator, "letter"))
    for row in rows_in(outbox / "letter"):
        assert row["name"].startswith("'=HYPERLINK(0)")
        assert row["postcode"] == POSTCODE
        assert row["link"].startswith("http://127.0.0.1:8000/join/")


def test_mail_goes_to_the_address_of_today(operator: Operator, people: list[Contract]) -> None:
    wave = wave_of(operator, "smtp")
    with acting_in(SYSTEM):
        Patient.objects.filter(pk=people[0].patient_id).update(email="new@mail.example")
    all_sent(wave)
    assert sorted(m.to[0] for m in mail.outbox) == [f"1.{EMAIL}", f"2.{EMAIL}", "new@mail.example"]
    assert len({m.extra_headers["Message-ID"] for m in mail.outbox}) == 3
    assert all(NAME not in m.body + m.subject for m in mail.outbox)


def test_a_new_number_gets_it_and_the_old_one_never(
    operator: Operator, people: list[Contract], outbox: Path
) -> None:
    wave = wave_of(operator, "sms")
    with acting_in(SYSTEM):
        line = Line.objects.get(contract=people[0])
        old = line.number
        line.period = DateRange(line.period.lower, date(2026, 11, 20))
        line.save()
        new = LineFactory(contract=people[0], period=DateRange(date(2026, 11, 20), None)).number
    all_sent(wave)
    numbers = {row["msisdn"] for row in rows_in(outbox / "sms")}
    assert new[1:] in numbers
    assert old[1:] not in numbers


def test_who_cannot_be_reached_any_more_is_given_up_and_may_be_tried_again(
    operator: Operator, people: list[Contract]
) -> None:
    wave = wave_of(operator, "sms")
    with acting_in(SYSTEM):
        lost = Line.objects.get(contract=people[0])
        Line.objects.filter(pk=lost.pk).update(period=DateRange(date(2020, 4, 1), date(2026, 1, 1)))
    all_sent(wave)
    assert counts_fit(wave) == {"planned": 3, "sent": 2, "failed": 1}
    with acting_in(SYSTEM):
        LineFactory(contract=people[0], period=DateRange(date(2026, 1, 1), None))
        assert waves.try_again(wave=wave, now=NOW, by=BY) == 1
    all_sent(wave, NOW + timedelta(minutes=1))
    assert counts_fit(wave) == {"planned": 3, "sent": 3}


def test_who_became_a_member_meanwhile_gets_nothing(
    operator: Operator, people: list[Contract], outbox: Path
) -> None:
    wave = wave_of(operator, "sms")
    with acting_in(SYSTEM):
        ConsentFactory(patient=people[0].patient)
    all_sent(wave)
    assert counts_fit(wave) == {"planned": 3, "sent": 2, "withdrawn": 1}
    assert len(rows_in(outbox / "sms")) == 2


def test_after_five_tries_a_message_is_dead(
    operator: Operator, people: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    wave = wave_of(operator, "smtp", pace=10)
    refuse = smtplib.SMTPRecipientsRefused({})

    def refused(self: object) -> None:
        raise refuse

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refused)
    for minute in range(120):
        send(wave, NOW + timedelta(minutes=minute))
    assert counts_fit(wave) == {"planned": 3, "failed": 3}
    with acting_in(SYSTEM):
        assert set(OutboxMessage.objects.values_list("error", flat=True)) == {
            "SMTPRecipientsRefused"
        }


def test_a_server_that_is_down_costs_one_try_not_all(
    operator: Operator, people: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    wave = wave_of(operator, "smtp")

    def down(self: object) -> None:
        raise ConnectionRefusedError(f"no route for {EMAIL}")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    assert send(wave, NOW + SECOND) > 0
    with acting_in(SYSTEM):
        assert sum(OutboxMessage.objects.values_list("attempts", flat=True)) == 1


def test_a_message_that_takes_its_worker_down_dies_too(
    operator: Operator, people: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    wave = wave_of(operator, "console", pace=1)

    def killed(*_: object, **__: object) -> None:
        raise Kill

    monkeypatch.setattr(singly, "put", killed)
    for minute in range(0, 40, 2):
        try:
            send(wave, NOW + timedelta(minutes=minute))
        except Kill:
            continue
    assert "dead" in states(wave)
    assert counts_fit(wave)["failed"] >= 1


# Each place is one between two steps of a file: before the disk, before the row, before the
# commit, before the name, and before it is noted.
KILLS = ["lay_down", "row", "commit", "give_name", "noted"]


@pytest.mark.parametrize("at", KILLS)
def test_killed_anywhere_there_is_one_file_and_no_message_twice(
    operator: Operator, people: list[Contract], outbox: Path, at: str
) -> None:
    wave = wave_of(operator, "sms", pace=6000)
    with pytest.MonkeyPatch.context() as patch:
        _kill(patch, at)
        with pytest.raises(Kill):
            send(wave, NOW + SECOND)
    assert rows_in(outbox / "sms") == [] or at == "noted"
    for minute in range(1, 4):
        send(wave, NOW + timedelta(minutes=2 * minute))
    rows = rows_in(outbox / "sms")
    assert sorted(row["message"] for row in rows) == sorted({row["message"] for row in rows})
    assert len(rows) == 3
    assert [path.name for path in (outbox / "sms").iterdir() if path.name.startswith(".")] == []
    with acting_in(SYSTEM):
        kept = list(OutboxFile.objects.filter(wave=wave))
        assert {f"sms/{path.name}" for path in (outbox / "sms").iterdir()} == {
            file.name for file in kept
        }
        assert all(file.published_at for file in kept)
    assert counts_fit(wave) == {"planned": 3, "sent": 3}


def _kill(patch: pytest.MonkeyPatch, at: str) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Kill

    match at:
        case "lay_down":
            patch.setattr(disk, "lay_down", killed)
        case "row":
            patch.setattr(type(OutboxFile._default_manager), "create", killed)
        case "commit":
            deliver = sending._deliver

            def and_die(*args: Any, **kwargs: Any) -> None:
                deliver(*args, **kwargs)
                raise Kill

            patch.setattr(sending, "_deliver", and_die)
        case "give_name":
            patch.setattr(disk, "give_name", killed)
        case "noted":
            patch.setattr(OutboxFile, "save", killed)


def test_a_file_that_was_tampered_with_gets_no_name(
    operator: Operator, people: list[Contract], outbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wave = wave_of(operator, "sms")
    with pytest.MonkeyPatch.context() as patch:
        _kill(patch, "give_name")
        with pytest.raises(Kill):
            send(wave, NOW + SECOND)
    (part,) = (outbox / "sms").iterdir()
    part.write_bytes(part.read_bytes() + b"more")
    with caplog.at_level(logging.ERROR):
        files.publish(wave_id=wave.pk, now=NOW)
    assert rows_in(outbox / "sms") == []
    assert "is gone or was changed" in caplog.text


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_at_once_send_each_message_once(
    operator: Operator, people: list[Contract], outbox: Path
) -> None:
    wave = wave_of(operator, "sms", "console")
    barrier = threading.Barrier(2)

    def work(now: datetime) -> None:
        try:
            barrier.wait(timeout=10)
            for n in range(4):
                send(wave, now + n * SECOND)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(NOW + n * SECOND,)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    rows = rows_in(outbox / "sms")
    assert sorted(row["message"] for row in rows) == sorted({row["message"] for row in rows})
    assert len(rows) == 3
    assert counts_fit(wave) == {"planned": 3, "sent": 3}


def test_a_lease_that_was_taken_over_sends_nothing(
    operator: Operator, people: list[Contract], outbox: Path
) -> None:
    wave = wave_of(operator, "sms")
    with acting_in(SYSTEM):
        (mine,) = claiming.claim(wave_id=wave.pk, now=NOW + SECOND)
        OutboxMessage.objects.filter(pk__in=mine.message_ids).update(
            leased_until=mine.until + SECOND
        )
    assert sending._attempt(mine, now=NOW, write=files.write)
    assert rows_in(outbox / "sms") == []


def test_nothing_of_a_message_is_logged_or_kept(
    operator: Operator, people: list[Contract], outbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        all_sent(wave_of(operator, "sms"))
    tokens = [row["text"].split("/join/")[1].split()[0] for row in rows_in(outbox / "sms")]
    with acting_in(SYSTEM):
        numbers = list(Line.objects.values_list("number", flat=True))
        stored = [bytes(h) for h in Invitation.objects.values_list("token_hash", flat=True)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT (m.*)::text || (i.*)::text FROM inviting_outboxmessage m"
                           " JOIN inviting_invitation i ON i.id = m.invitation_id")  # fmt: skip
            texts = "".join(text for (text,) in cursor.fetchall())
    for secret in (*tokens, *numbers, EMAIL, NAME):
        assert secret not in caplog.text
        assert secret not in texts
    assert all(len(h) == 32 for h in stored)


def test_another_key_makes_other_links(settings: Any) -> None:
    seed = UUID(int=7)
    from_this = links.token_of(seed)
    assert links.token_of(seed) == from_this
    settings.SECRET_KEY = "another key"
    assert links.token_of(seed) != from_this


def test_message_states_are_all_known(operator: Operator, people: list[Contract]) -> None:
    wave: InvitationWave = wave_of(operator)
    all_sent(wave)
    assert set(states(wave)) == {MessageState.SENT}
    assert fresh(wave).sent == len(people)
    assert os.listdir(disk.place("console"))
