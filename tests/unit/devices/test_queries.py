"""Questions about readings answer what the scope covers, exactly as stored."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from devices import queries
from devices.columns import NOT_MEASURED
from devices.signals import readings_stored
from healthcare.hospitals.scope import Scope, ScopeMissing, acting_in
from healthcare.patients.models import Patient
from tests.cast import Cast
from tests.unit.devices.conftest import HANDED_OVER, Handed, Post, item, night

EVERYBODY = Scope.system("a test looks")
FIRST = datetime(2026, 9, 28, 22, tzinfo=UTC)
END = FIRST + timedelta(days=10)


@pytest.fixture
def measured(cuff: Handed, post: Post) -> list[dict[str, Any]]:
    """Five readings over the end of a month, in no order."""
    said = [
        item(
            measured_at=(FIRST + timedelta(days=n)).isoformat(),
            systolic=120 + n,
            pulse=None if n == 2 else 60 + n,
            mean_arterial=95,
            flags=["irregular_pulse"] if n == 3 else [],
            id=str(n),
        )
        for n in (3, 0, 4, 2, 1)
    ]
    assert post(cuff.token, {"readings": said}).json()["accepted"] == 5
    return said


def test_readings_in_order_and_in_bounds(
    cast: Cast, measured: list[dict[str, Any]], cuff: Handed
) -> None:
    with acting_in(EVERYBODY):
        found = queries.blood_pressure(
            patient_id=cast.hanako.pk,
            start=FIRST + timedelta(days=1),
            end=FIRST + timedelta(days=4),
        )
    assert [r.systolic for r in found] == [121, 122, 123]
    assert [r.pulse for r in found] == [61, None, 63]
    assert [r.flags for r in found] == [frozenset(), frozenset(), {"irregular_pulse"}]
    assert found[0].measured_at == FIRST + timedelta(days=1)
    assert (found[0].mean_arterial, found[0].device_id) == (95, cuff.device.pk)
    assert found[0].device_reading_id == "1"


def test_columns_say_the_same(cast: Cast, measured: list[dict[str, Any]]) -> None:
    with acting_in(EVERYBODY):
        rows = queries.blood_pressure(patient_id=cast.hanako.pk, start=FIRST, end=END)
        found = queries.columns([cast.hanako.pk, cast.taro.pk], FIRST, END)
    assert len(found) == 5
    assert found.systolic.tolist() == [r.systolic for r in rows]
    assert found.pulse.tolist() == [r.pulse or NOT_MEASURED for r in rows]
    assert found.patient_id.tolist() == [cast.hanako.pk] * 5
    assert found.measured_at[0] == np.datetime64(FIRST.replace(tzinfo=None))
    assert found.flags.tolist() == [0, 0, 0, 1, 0]


def test_columns_of_nobody(cast: Cast) -> None:
    with acting_in(EVERYBODY):
        assert len(queries.columns([], FIRST, END)) == 0


@pytest.mark.parametrize(
    ("scope", "seen"), [("hanako", 5), ("taro", 0), ("kita", 5), ("minami", 0), ("operator", 0)]
)
def test_only_what_the_scope_covers(
    cast: Cast, measured: list[dict[str, Any]], scope: str, seen: int
) -> None:
    scopes = {
        "hanako": Scope.people(frozenset([cast.hanako.pk])),
        "taro": Scope.people(frozenset([cast.taro.pk])),
        "kita": Scope.hospital(cast.kita.pk, now=END),
        "minami": Scope.hospital(cast.minami.pk, now=END),
        "operator": Scope.operator(cast.demo.pk),
    }
    hanako = cast.hanako.pk
    with acting_in(scopes[scope]):
        assert len(queries.blood_pressure(patient_id=hanako, start=FIRST, end=END)) == seen
        assert len(queries.columns([hanako], FIRST, END)) == seen
        assert len(queries.last_reading_at([hanako])) == bool(seen)


def test_without_a_scope_there_is_no_answer(cast: Cast) -> None:
    with pytest.raises(ScopeMissing):
        queries.columns([cast.hanako.pk], FIRST, END)
    with pytest.raises(ScopeMissing):
        queries.last_reading_at([cast.hanako.pk])


def test_a_night_belongs_to_the_day_of_waking(cast: Cast, cuff: Handed, post: Post) -> None:
    post(cuff.token, {"readings": [night()]})

    def on(day: date, timezone: str) -> list[queries.StoredNight]:
        with acting_in(EVERYBODY):
            return queries.nights(
                patient_id=cast.hanako.pk,
                start=day,
                end=day + timedelta(days=1),
                timezone=timezone,
            )

    (found,) = on(date(2026, 11, 2), "Asia/Tokyo")
    assert on(date(2026, 11, 1), "Asia/Tokyo") == []
    # 07:00 in Tokyo is 17:00 of the day before in New York.
    assert on(date(2026, 11, 1), "America/New_York") == [found]
    assert found.stages[:2] == (("awake", 30.0), ("light", 240.0))
    assert found.date == date(2026, 11, 2)
    assert found.ended_at - found.started_at == timedelta(hours=8)


def test_the_last_reading_of_each(
    cast: Cast, measured: list[dict[str, Any]], cuff: Handed, post: Post
) -> None:
    people = [cast.hanako.pk, cast.taro.pk]
    with acting_in(EVERYBODY):
        assert queries.last_reading_at(people) == {cast.hanako.pk: FIRST + timedelta(days=4)}
    post(cuff.token, night())
    with acting_in(EVERYBODY):
        last = queries.last_reading_at(people)
    assert last == {cast.hanako.pk: datetime(2026, 11, 1, 22, tzinfo=UTC)}


def test_rooms_above_hear_of_what_is_stored(cast: Cast, cuff: Handed, post: Post) -> None:
    told: list[Any] = []

    def listen(patient_ids: Any, crises: Any, **_: Any) -> None:
        told.append((patient_ids, crises))

    readings_stored.connect(listen)
    try:
        said = item(systolic=185)
        post(cuff.token, {"readings": [said, said, item(systolic=20), night(), item(id="b")]})
        post(cuff.token, said)
    finally:
        readings_stored.disconnect(listen)
    (((patient_id,), (pressure,)),) = told
    assert patient_id == cast.hanako.pk
    with acting_in(EVERYBODY):
        stored = queries.blood_pressure(
            patient_id=cast.hanako.pk, start=HANDED_OVER, end=pressure.measured_at + timedelta(1)
        )
    assert pressure in stored
    assert len(stored) == 2


def test_what_waits_for_somebody(cast: Cast, cuff: Handed, post: Post) -> None:
    said = item()
    post(cuff.token, {"readings": [said, {**said, "pulse": 99}, item(systolic=20)]})

    def waiting(patient: Patient) -> tuple[int, int]:
        with acting_in(Scope.people(frozenset([patient.pk]))):
            return (
                queries.quarantined(patient_id=cast.hanako.pk).count(),
                queries.conflicts_of(patient_id=cast.hanako.pk).count(),
            )

    assert waiting(cast.hanako) == (1, 1)
    assert waiting(cast.taro) == (0, 0)
