"""Reminders, expiry, the end of a wave and of a line."""

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from healthcare.hospitals.scope import acting_in
from healthcare.inviting import answering, leading, links, tasks, waves
from healthcare.inviting.models import (
    Invitation,
    InvitationWave,
    MessageKind,
    OutboxMessage,
    WaveState,
)
from healthcare.subscribers import ending
from healthcare.subscribers.line_ends import Cause, LineEnd, announce
from healthcare.subscribers.models import Contract, Operator
from tests.unit.healthcare.inviting.conftest import (
    BY,
    DAY,
    NOW,
    SYSTEM,
    all_sent,
    counts_fit,
    fresh,
    lead,
    states,
    wave_of,
)


def token_of(contract: Contract) -> str:
    with acting_in(SYSTEM):
        return links.token_of(Invitation.objects.get(contract=contract).seed)


def test_who_has_not_answered_is_reminded_once(
    operator: Operator, people: list[Contract], outbox: Path
) -> None:
    wave = wave_of(operator, "console")
    all_sent(wave)
    answering.say_no(token=token_of(people[0]), now=NOW + DAY)
    all_sent(wave, NOW + 9 * DAY)
    assert counts_fit(wave) == {"planned": 3, "sent": 3, "opted_out": 1}
    for days in (11, 12):
        all_sent(wave, NOW + days * DAY)
        assert counts_fit(wave) == {"planned": 3, "sent": 3, "opted_out": 1, "reminded": 2}
    with acting_in(SYSTEM):
        reminders = OutboxMessage.objects.filter(kind=MessageKind.REMINDER)
        pages = [outbox / f"console/message-{pk}.txt" for pk in reminders.values_list("pk", flat=1)]
    # The same link, which goes on working until the same day.
    assert any(token_of(people[1]) in page.read_text() for page in pages)
    assert answering.inviter(token=token_of(people[1]), now=NOW + 29 * DAY)
    assert answering.inviter(token=token_of(people[1]), now=NOW + 31 * DAY) is None


def test_a_wave_without_reminder_reminds_nobody(operator: Operator, people: list[Contract]) -> None:
    wave = wave_of(operator, reminder_days=0)
    all_sent(wave)
    all_sent(wave, NOW + 20 * DAY)
    assert counts_fit(wave) == {"planned": 3, "sent": 3}


def test_what_nobody_answered_expires_and_the_wave_is_done(
    operator: Operator, people: list[Contract]
) -> None:
    wave = wave_of(operator, reminder_days=0)
    all_sent(wave)
    lead(wave, NOW + 31 * DAY)
    assert counts_fit(wave) == {"planned": 3, "sent": 3, "expired": 3}
    assert fresh(wave).state == WaveState.DONE
    # They may be asked again then.
    assert counts_fit(wave_of(operator, name="next", now=NOW + 31 * DAY)) == {"planned": 3}


def test_what_never_left_is_withdrawn_at_last(operator: Operator, people: list[Contract]) -> None:
    wave = wave_of(operator, "sms")
    with acting_in(SYSTEM):
        OutboxMessage.objects.filter(wave=wave).update(state="dead")
        InvitationWave.objects.filter(pk=wave.pk).update(failed=3)
    lead(wave, NOW + 29 * DAY)
    assert fresh(wave).state == WaveState.RUNNING
    lead(wave, NOW + 31 * DAY)
    assert counts_fit(wave) == {"planned": 3, "withdrawn": 3}
    assert fresh(wave).state == WaveState.DONE


def test_a_cancelled_wave_sends_nothing_and_its_links_open_nothing(
    operator: Operator, people: list[Contract]
) -> None:
    wave = wave_of(operator, pace=60)
    all_sent(wave)
    assert "waiting" in states(wave) or fresh(wave).sent == 3
    with acting_in(SYSTEM):
        waves.cancel(wave=wave, now=NOW, by=BY)
    assert wave.pk in _in_work()
    lead(wave)
    all_sent(wave, NOW + DAY)
    assert "waiting" not in states(wave)
    assert counts_fit(wave)["withdrawn"] == 3
    assert answering.inviter(token=token_of(people[0]), now=NOW + DAY) is None
    assert wave.pk not in _in_work()


def _in_work() -> list[int]:
    with acting_in(SYSTEM):
        return leading.waves_to_lead()


def test_the_end_of_a_line_takes_its_invitation_along(
    operator: Operator, people: list[Contract]
) -> None:
    wave = wave_of(operator, "console")
    with acting_in(SYSTEM):
        ending.end(
            contract=people[0], on=date(2026, 11, 27), cause=Cause.LINE_ENDED, now=NOW, by=BY
        )
    assert sorted(states(wave)) == ["ended", "waiting", "waiting"]
    all_sent(wave)
    assert counts_fit(wave) == {"planned": 3, "sent": 2, "withdrawn": 1}


@pytest.mark.parametrize(("channel", "withdrawn"), [("sms", 1), ("letter", 0)])
def test_a_new_number_ends_what_was_sent_to_the_old_one(
    operator: Operator, people: list[Contract], channel: str, withdrawn: int
) -> None:
    wave = wave_of(operator, channel)
    all_sent(wave)
    end = LineEnd(
        people[0].pk,
        people[0].patient_id,
        "+819000000000",
        date(2026, 11, 27),
        Cause.NUMBER_CHANGED,
    )
    with acting_in(SYSTEM):
        announce([end], today=date(2026, 11, 27), now=NOW + DAY, by=BY)
    assert counts_fit(wave).get("withdrawn", 0) == withdrawn
    opens = answering.inviter(token=token_of(people[0]), now=NOW + DAY)
    assert bool(opens) is not bool(withdrawn)


def test_the_tasks_lead_a_wave_from_its_plan_to_its_last_message(
    operator: Operator, people: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_in(SYSTEM):
        plan = waves.Plan("t", date(2026, 11, 1), NOW - DAY, ["console"], pace=6000)
        wave = waves.plan(operator=operator, plan=plan, now=NOW, by=BY)
    tasks.lead(wave.pk)
    assert fresh(wave).state == WaveState.PLANNED
    with acting_in(SYSTEM):
        waves.start(wave=wave, now=NOW, by=BY)
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring", lambda _, key: rung.append(key))
    tasks.sweep()
    assert rung == [wave.pk]
    for _ in range(3):
        tasks.lead(wave.pk)
    assert fresh(wave).sent >= 1


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"expired_at": NOW, "accepted_at": NOW}, "invitation_ends_once"),
        ({"token_hash": None}, "invitation_is_sent_whole"),
        ({"withdrawn_at": NOW}, "invitation_is_withdrawn_for_a_reason"),
    ],
)
def test_the_database_refuses(
    operator: Operator, people: list[Contract], changes: dict[str, object], constraint: str
) -> None:
    wave = wave_of(operator)
    all_sent(wave)
    with acting_in(SYSTEM):
        rows = Invitation.objects.filter(wave=wave, contract=people[0])
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            rows.update(**changes)
