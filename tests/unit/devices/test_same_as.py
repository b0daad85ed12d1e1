"""Readings that came by two roads, as they are asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices import queries
from devices.models import BloodPressureReading
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from reports import queries as reports
from tests import measuring
from tests.cast import Cast
from tests.unit.devices.conftest import Hand, Post, item, night

START = datetime(2026, 10, 1, tzinfo=UTC)
END = START + timedelta(days=1)
EVERYBODY = Scope.system("a test looks")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["hanako", "taro"]),
        st.sampled_from([1, 2, 3]),
        st.integers(-90, 400),
        st.sampled_from([131, 132]),
        st.sampled_from([None, 66, 67]),
        st.sampled_from([0, 2]),
    ),
    max_size=40,
    unique_by=lambda row: row[:3],
)


def stored(patient: Patient, device: int, second: int, **said: Any) -> BloodPressureReading:
    values = {"systolic": 131, "diastolic": 84, "pulse": 66, "flags": 0, "utc_offset": 540, **said}
    at = START + timedelta(seconds=second)
    return BloodPressureReading(
        patient_id=patient.pk,
        measured_at=at,
        device_id=device,
        device_reading_id="",
        received_at=at,
        **values,
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, last=st.integers(0, 400))
def test_columns_and_lists_agree(cast: Cast, rows: list[Any], last: int) -> None:
    people = {"hanako": cast.hanako, "taro": cast.taro}
    end = START + timedelta(seconds=last)
    with acting_in(EVERYBODY):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL mimamori.erasure = 'on'")
        BloodPressureReading.objects.all().delete()
        measuring.store(
            "blood_pressure",
            [
                stored(people[who], device, second, systolic=systolic, pulse=pulse, flags=flags)
                for who, device, second, systolic, pulse, flags in rows
            ],
        )
        ids = sorted(patient.pk for patient in people.values())
        for repeats in (False, True):
            listed = [
                row
                for pk in ids
                for row in queries.blood_pressure(
                    patient_id=pk, start=START, end=end, repeats=repeats
                )
            ]
            columns = queries.columns(ids, START, end, repeats=repeats)
            assert columns.patient_id.tolist() == [row.patient_id for row in listed]
            assert columns.device_id.tolist() == [row.device_id for row in listed]
            assert columns.repeats.tolist() == [row.same_as is not None for row in listed]
            assert columns.measured_at.tolist() == [
                np.datetime64(row.measured_at.replace(tzinfo=None), "us").item() for row in listed
            ]


def test_the_other_road_just_outside_of_the_period(cast: Cast) -> None:
    with acting_in(EVERYBODY):
        measuring.store("blood_pressure", [stored(cast.hanako, 1, -10), stored(cast.hanako, 2, 10)])
        assert queries.blood_pressure(patient_id=cast.hanako.pk, start=START, end=END) == []
        assert len(queries.columns([cast.hanako.pk], START, END)) == 0


def test_a_summary_counts_a_measurement_once(cast: Cast) -> None:
    with acting_in(EVERYBODY):
        measuring.store(
            "blood_pressure",
            [
                stored(cast.hanako, 1, 0),
                stored(cast.hanako, 2, 20),
                stored(cast.hanako, 1, 120, systolic=140, flags=2),
            ],
        )
        found = reports.summary(
            patient=cast.hanako,
            start=START.date(),
            end=END.date(),
            scheme="jsh2025-home",
            now=timezone.now(),
        )
    pressure = found.blood_pressure
    assert pressure is not None
    # What came by a second road is no reading more, and not one that was left out.
    assert (pressure.readings, pressure.used, pressure.excluded) == (2, 1, 1)


def test_it_is_read_from_the_index_alone(cast: Cast) -> None:
    with acting_in(EVERYBODY):
        measuring.store(
            "blood_pressure", [stored(cast.hanako, n % 2, 60 * n) for n in range(3_000)]
        )
    with acting_in(EVERYBODY):
        with CaptureQueriesContext(connection) as asked:
            queries.blood_pressure(patient_id=cast.hanako.pk, start=START, end=END)
        # The first looks whether anything of theirs was retracted.
        _, statement = [query["sql"] for query in asked.captured_queries]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute("EXPLAIN " + statement)
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan" in plan


def test_the_peoples_api_shows_both_roads(
    client: Client, cast: Cast, hand: Hand, post: Post, alice
) -> None:
    cuff, phone = hand(cast.hanako, "CUFF-1"), hand(cast.hanako, "PHONE-1")
    said = item(id="7")
    measured_at = datetime.fromisoformat(said["measured_at"])
    later = measured_at + timedelta(seconds=20)
    post(cuff.token, said)
    post(phone.token, {**said, "id": "x", "measured_at": later.isoformat()})
    post(cuff.token, night())
    post(phone.token, night())
    client.force_login(alice)
    path = f"/api/v1/patients/{cast.hanako.pk}/readings"
    second, first = client.get(path).json()["results"]
    assert first["same_as"] is None
    assert second["same_as"] == {
        "device": "CUFF-1",
        "at": f"{measured_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "id": "7",
    }
    nights = client.get(path, {"kind": "sleep"}).json()["results"]
    assert [found["same_as"] and found["same_as"]["device"] for found in nights] == ["CUFF-1", None]


@pytest.mark.parametrize(
    ("other", "advice"), [({}, "measure_again"), ({"systolic": 186}, "call_for_help")]
)
def test_the_same_crisis_by_another_road_is_no_second_one(
    cast: Cast, hand: Hand, post: Post, other: dict[str, Any], advice: str
) -> None:
    cuff, phone = hand(cast.hanako, "CUFF-1"), hand(cast.hanako, "PHONE-1")
    said = item(systolic=185, diastolic=100)
    later = datetime.fromisoformat(said["measured_at"]) + timedelta(seconds=20)
    post(cuff.token, said)
    again = {**said, "pulse": None, "measured_at": later.isoformat(), **other}
    (result,) = post(phone.token, again).json()["results"]
    assert result["advice"] == advice
