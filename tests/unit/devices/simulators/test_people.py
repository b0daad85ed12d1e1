"""Simulated people: the same past each time, plausible bodies, and the effects they stand for."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import mean
from typing import Any

import pytest

from devices.kinds import physiology
from devices.kinds.blood_pressure.simulator import SPOUSE_SLOT
from devices.kinds.known import KINDS
from devices.simulators import posting
from devices.simulators.members import Member
from devices.wire import native

START, UNTIL = date(2026, 9, 1), datetime(2026, 11, 1, 12, tzinfo=UTC)
DAYS = [START + timedelta(days=n) for n in range(60)]


def member(n: int, kind: str = "blood_pressure", **fields: Any) -> Member:
    return Member(f"{kind}-{n}", "token", kind, f"person {n}", **fields)


def posts(someone: Member, start: date = START, seed: int = 1) -> list[posting.Upload]:
    return list(posting.uploads(someone, start=start, until=UNTIL, seed=seed))


def items(uploads: list[posting.Upload]) -> dict[str, Any]:
    """Every item by the device's own id."""
    return {
        item["id"]: item
        for upload in uploads
        for item in upload.body.get("readings", [upload.body])
    }


def test_a_seed_tells_the_same_story() -> None:
    assert posts(member(1)) == posts(member(1))
    assert posts(member(1)) != posts(member(1), seed=2)
    assert items(posts(member(1))) != items(posts(member(2)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_longer_story_has_the_same_past(kind: str) -> None:
    longer = items(posts(member(3, kind)))
    shorter = items(posts(member(3, kind), start=START + timedelta(days=20)))
    assert shorter
    assert {id_: longer[id_] for id_ in shorter} == shorter


@pytest.mark.parametrize("kind", KINDS)
def test_everything_sent_can_be_read_and_be_true(kind: str) -> None:
    for n in range(12):
        body = {"readings": list(items(posts(member(n, kind))).values())}
        for entry in native.read(json.dumps(body).encode(), native.JSON):
            assert entry.says.doubt() is None  # type: ignore[union-attr]
            assert entry.says.until < UNTIL + timedelta(minutes=10)  # type: ignore[union-attr]


def test_uploads_are_counted_and_repeated_and_late() -> None:
    all_posts = [upload for n in range(20) for upload in posts(member(n))]
    for upload in all_posts:
        assert upload.readings == len(upload.body.get("readings", [upload.body]))
    repeated = Counter(json.dumps(upload.body) for upload in all_posts)
    assert 0.01 < sum(n > 1 for n in repeated.values()) / len(repeated) < 0.10
    late = [u for u in all_posts if "readings" in u.body and u.readings > 4]
    assert late


def test_a_bad_night_raises_the_next_morning() -> None:
    difference = []
    for n in range(40):
        who = physiology.person(f"person {n}", seed=1)
        mornings: dict[bool, list[float]] = {True: [], False: []}
        for day in DAYS:
            waking = physiology.night(who, day)
            for session in physiology.measurements(who, day)[:1]:
                if session[0].minute < 14 * 60:
                    mornings[waking.bad] += [reading.systolic for reading in session]
        if mornings[True]:
            difference.append(mean(mornings[True]) - mean(mornings[False]))
    assert 4 < mean(difference) < 10


def test_pressure_follows_the_day() -> None:
    morning, evening = [], []
    for n in range(40):
        who = physiology.person(f"person {n}", seed=1)
        for day in DAYS[:20]:
            for session in physiology.measurements(who, day):
                early = session[0].minute < 14 * 60
                (morning if early else evening).append(session[0].systolic)
    assert mean(morning) > mean(evening) + 3


def test_a_spouse_measures_under_another_user() -> None:
    slots = Counter(
        item.get("user_slot") for n in range(40) for item in items(posts(member(n))).values()
    )
    assert slots[SPOUSE_SLOT] > 0
    assert slots[None] > 50 * slots[SPOUSE_SLOT]


def test_who_travels_measures_in_another_zone() -> None:
    offsets = Counter(
        item["measured_at"][-6:] for n in range(40) for item in items(posts(member(n))).values()
    )
    assert offsets["+09:00"] > 0.9 * sum(offsets.values())
    assert len(offsets) > 1


def test_clocks_drift() -> None:
    drifts = {round(posting.habits(member(n), seed=1).drift_a_day, 1) for n in range(20)}
    assert len(drifts) > 5


@pytest.mark.parametrize("n", range(6))
def test_a_hypnogram_fills_the_time_in_bed(n: int) -> None:
    for item in items(posts(member(n, "sleep"))).values():
        in_bed = datetime.fromisoformat(item["ended_at"]) - datetime.fromisoformat(
            item["started_at"]
        )
        if "hypnogram" in item:
            minutes = len(item["hypnogram"]) * item["epoch_seconds"] / 60
        else:
            minutes = sum(stage["minutes"] for stage in item["stages"])
        assert in_bed == timedelta(minutes=minutes)
