"""Plain readings in columns: the same answers and the same rows as item by item, only faster."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone as clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices import authenticating, ingest, receiving, registry
from devices.authenticating import Stale
from devices.binary import binary_cursor
from devices.ingesting import columnwise, holders
from devices.ingesting.packing import Array, Field, records
from devices.ingesting.results import Result
from devices.kinds import times
from devices.wire import native, plain
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.consenting import withdraw
from healthcare.patients.models import Purpose
from tests.cast import Cast
from tests.factories import PatientFactory
from tests.unit.devices.conftest import BY, HANDED_OVER, Entrust, Hand, Post, item

EVERYBODY = Scope.system("a test looks")
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
MOMENTS = [
    *(NOW - timedelta(hours=n) for n in range(3)),
    NOW + timedelta(minutes=11),
    HANDED_OVER,
    HANDED_OVER - timedelta(seconds=1),
    datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
]
SERIALS = ["PLAIN", "PLAIN-2", "SLOT-1", "SHARED", "FOREIGN", "ABSENT"]
OFFSETS = [UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3, minutes=-30))]

often = st.none() | st.none() | st.none()
items = st.fixed_dictionaries(
    {
        "kind": st.just("blood_pressure"),
        "device": st.sampled_from(SERIALS),
        "measured_at": st.builds(
            lambda at, zone: at.astimezone(zone).isoformat(),
            st.sampled_from(MOMENTS),
            st.sampled_from(OFFSETS),
        ),
        "systolic": st.sampled_from([120, 130, 185, 20, 301, 12_200]),
        "diastolic": st.sampled_from([80, 81, 115]),
    },
    optional={"pulse": st.sampled_from([60, 61, 5, None]), "user_slot": st.sampled_from([1, None])},
)
bodies = st.lists(items, min_size=1, max_size=24)


@pytest.fixture
def token(cast: Cast, hand: Hand, entrust: Entrust, gateway_token: str) -> str:
    """A gateway with devices of every sort."""
    hand(cast.hanako, "PLAIN")
    hand(cast.hanako, "PLAIN-2")
    hand(cast.hanako, "SLOT-1", user_slot=1)
    hand(cast.hanako, "SHARED", user_slot=1)
    hand(cast.hanako, "FOREIGN")
    with acting_in(EVERYBODY):
        other = PatientFactory()
        registry.hand_over(
            serial="SHARED", patient=other, user_slot=2, at=HANDED_OVER, now=clock.now(), by=BY
        )
    for serial in ("PLAIN", "PLAIN-2", "SLOT-1", "SHARED"):
        entrust(serial)
    return gateway_token


@pytest.fixture(autouse=True)
def _even_small_bodies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(columnwise, "SMALL", 1)
    monkeypatch.setattr(native, "SMALLEST_PLAIN", 0)
    holders.forget()
    yield
    holders.forget()


def outcome(token: str, texts: list[list[dict[str, Any]]], *, in_columns: bool) -> Any:
    """The answers to these bodies one after the other, and all that is stored then."""
    credential = authenticating.find(token, at=NOW)
    assert credential is not None
    answers = []
    with transaction.atomic():
        for readings in texts:
            batch = native.read(json.dumps({"readings": readings}).encode(), native.JSON)
            assert batch.columns is not None
            with acting_in(Scope.ingest()):
                answers.append(
                    ingest.take_in(
                        batch if in_columns else replace(batch, columns=None),
                        credential=credential,
                        received_at=NOW,
                    )
                )
        rows = everything()
        transaction.set_rollback(True)
    return answers, rows


def everything() -> list[Any]:
    found = []
    with acting_in(EVERYBODY), connection.cursor() as cursor:
        for question in (
            "SELECT * FROM devices_bloodpressurereading ORDER BY 1, 2, 3, 4",
            "SELECT patient_id, device_id, serial, code, detail, payload::jsonb, measured_at"
            " FROM devices_quarantineditem ORDER BY fingerprint",
            "SELECT patient_id, device_id, cause, payload::jsonb FROM devices_readingconflict"
            " ORDER BY fingerprint",
            "SELECT patient_id, kind, state, urgent FROM reports_alert ORDER BY 1, 2",
            "SELECT DISTINCT unnest(patient_ids) FROM reports_news ORDER BY 1",
        ):
            cursor.execute(question)
            found.append(cursor.fetchall())
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(bodies, min_size=1, max_size=3))
def test_columns_and_items_are_one_way(token: str, texts: list[list[dict[str, Any]]]) -> None:
    assert outcome(token, texts, in_columns=True) == outcome(token, texts, in_columns=False)


def many(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        item(device="PLAIN", measured_at=(NOW - timedelta(minutes=n)).isoformat(), **fields)
        for n in range(count)
    ]


def test_a_body_takes_the_short_way(token: str, post: Post) -> None:
    """Repeats wholly and by half, and every form of the body, are answered by columns."""
    taken: list[Any] = []
    store = columnwise.store

    def looking(*args: Any, **named: Any) -> Any:
        taken.append(store(*args, **named))
        return taken[-1]

    readings = many(6)
    lines = "\n".join(json.dumps(reading) for reading in readings).encode()
    columns = {
        name: [reading[name] for reading in readings]
        for name in ("device", "measured_at", "systolic", "diastolic", "pulse")
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columnwise, "store", looking)
        answers = [
            post(token, {"readings": readings[:3]}),
            post(token, {"readings": readings}),
            post(token, lines, content_type=native.NDJSON),
            post(token, {"kind": "blood_pressure", "columns": columns}),
        ]
    counts = [(answer.json()["accepted"], answer.json()["duplicate"]) for answer in answers]
    assert counts == [(3, 0), (3, 3), (0, 6), (0, 6)]
    assert [len(each.rest) for each in taken] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "body",
    [
        b'{"readings": [{"kind": "blood_pressure", "kind": "blood_pressure", %s}]}',
        b'{"readings": [{"kind": "blood_pressure", "systolic": 120, %s}]}',
        b'{"readings": [{"kind": "blood_pressure", "position": "sitting", %s}]}',
        b'{"readings": [{"kind": "blood_pressure", "id": 4, %s}]}',
        b'{"readings": [{"kind": "blood_pressure", "flags": ["cuff_loose"], %s}]}',
        b'{"readings": [{"kind": "sleep", %s}]}',
        b'{"readings": [{%s}, {"kind": "blood_pressure", "x": 1, %s}]}',
        b'{"readings": [{"kind" : "blood_pressure", "kind": "blood_pressure", %s}]}',
        b'{"readings": [{"kind": "blood_pressure", "device": ":null", "x": 1, "y": null, %s}]}',
        b'{"readings": [], "readings": [{"kind": "blood_pressure", %s}]}',
        b'{"readings": [{"kind": "blood_pressure", %s}], "x": 1}',
    ],
)
def test_what_holds_more_than_columns_say_is_read_exactly(body: bytes) -> None:
    said = b'"measured_at": "2026-11-01T07:00:00+09:00", "systolic": 128, "diastolic": 82'
    assert plain.read_list(body.replace(b"%s", said)) is None


@pytest.mark.parametrize(
    "lines",
    [b"%s%s", b"%s %s\n%s", b"%s\n\n%s", b"%s\r\n%s", b"\n%s", b"%s\n{", b"[%s]", b""],
)
def test_lines_hold_one_item_each(lines: bytes) -> None:
    one = (
        b'{"kind":"blood_pressure","measured_at":"2026-11-01T07:00:00Z","systolic":128,'
        b'"diastolic":82}'
    )
    assert plain.read_lines(one + b"\n" + one + b"\n") is not None
    assert plain.read_lines(lines.replace(b"%s", one)) is None


# From 1900 to 2200, but for the days at both ends.
instants = st.integers(-3_155_000_000_000_000, 6_342_000_000_000_000).map(
    lambda n: columnwise.EPOCH + n * columnwise.MICROSECOND
)
zones = st.integers(-18 * 60, 18 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.lists(st.tuples(instants, zones)))
def test_times_are_the_librarys(moments: list[tuple[datetime, timezone]]) -> None:
    local = [at.astimezone(zone) for at, zone in moments]
    found = times.parse([at.isoformat() for at in local])
    assert found is not None
    assert found[0].tolist() == [(at - columnwise.EPOCH) // columnwise.MICROSECOND for at in local]
    minute = timedelta(minutes=1)
    assert found[1].tolist() == [(at.utcoffset() or timedelta()) // minute for at in local]


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T07:00:00Z",
        "2100-02-29T07:00:00Z",
        "2026-13-01T07:00:00Z",
        "2026-00-01T07:00:00Z",
        "2026-11-31T07:00:00Z",
        "2026-11-01T24:00:00Z",
        "2026-11-01T07:60:00Z",
        "2026-11-01T07:00:60Z",
        "2026-11-01 07:00:00Z",
        "2026-11-01T07:00:00z",
        "2026-11-01T07:00:00",
        "2026-11-01T07:00:00+19:00",
        "2026-11-01T07:00:00+09:60",
        "2026-11-01T07:00:00+0900x",
        "2026-11-01T07:00:00.Z",
        "2026-11-01T07:00:00.1234567Z",
        "2026-11-01T07:00:00.12x456Z",
        "２０26-11-01T07:00:00Z",
        "",
    ],
)
def test_times_that_need_a_closer_look(text: str) -> None:
    assert times.parse([text]) is None
    assert times.parse(["2026-11-01T07:00:00Z", text]) is None


def test_records_and_arrays_are_what_postgresql_reads(db: None) -> None:
    values = np.array([3, -4, 2**40], np.int64)
    none = np.array([False, True, False])
    fields = [
        Field("bigint", values),
        Field("smallint", np.array([1, 0, 5], np.int64), none),
        Field("text"),
        Field("jsonb"),
        Field("timestamptz", values * 1_000_000),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE packed (a bigint, b smallint, c text, d jsonb, e timestamptz)"
        )
        with cursor.copy("COPY packed FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(records(fields, 3))
        cursor.execute("SELECT a, b, c, d, extract(epoch FROM e)::bigint - 946684800 FROM packed")
        assert cursor.fetchall() == [
            (3, 1, "", None, 3),
            (-4, None, "", None, -4),
            (2**40, 5, "", None, 2**40),
        ]
    with binary_cursor() as raw:
        raw.execute("SELECT %s, %s", [Array("bigint", values), Array("smallint", values[:0])])
        assert raw.fetchall() == [([3, -4, 2**40], [])]


def test_a_consent_withdrawn_while_it_is_remembered(
    cast: Cast, token: str, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(token, {"readings": many(5)}).json()["accepted"] == 5
    with acting_in(EVERYBODY):
        withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=clock.now(), by=BY)
    results = post(token, {"readings": many(5, pulse=70)}).json()["results"]
    assert {result["code"] for result in results} == {"no_consent"}


def test_what_is_remembered_is_not_believed(cast: Cast, token: str, post: Post) -> None:
    """The consent ends between the look at the memory and the end of the transaction."""
    assert post(token, {"readings": many(5)}).json()["accepted"] == 5
    credential = authenticating.find(token, at=clock.now())
    assert credential is not None
    with acting_in(Scope.ingest()):
        book = holders.open_book(credential=credential, serials=["PLAIN"], received_at=clock.now())
        book.confirm()
    with acting_in(EVERYBODY):
        withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=clock.now(), by=BY)
    with acting_in(Scope.ingest()), pytest.raises(Stale):
        book.confirm()


def test_somebody_else_stores_the_same_meanwhile(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look before the write finds nothing and the write meets a repeat: it looks again."""
    readings = many(4)
    batch = native.read(json.dumps({"readings": readings}).encode(), native.JSON)
    credential = authenticating.find(token, at=NOW)
    assert credential is not None
    met = columnwise._Rows.met
    calls = []

    def blind_once(self: Any, places: Any) -> Any:
        calls.append(len(places))
        nothing = np.zeros(len(places), np.bool_)
        return (nothing, nothing) if len(calls) == 1 else met(self, places)

    first = receiving.receive(batch, credential=credential, token=token)
    with monkeypatch.context() as patch:
        patch.setattr(columnwise._Rows, "met", blind_once)
        second = receiving.receive(batch, credential=credential, token=token)
    assert [(r.status) for r in first or []] == ["accepted"] * 4
    assert second == [Result(n, "duplicate") for n in range(4)]
    assert calls == [4, 4]
