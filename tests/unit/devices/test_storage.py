"""What the database itself holds: partitions, one index, rows that never change, constraints."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from devices.kinds.known import KINDS
from devices.kinds.table import Table
from devices.models import (
    READINGS,
    Device,
    DeviceCredential,
    DeviceHolding,
    QuarantinedItem,
)
from healthcare.hospitals.scope import Scope, ScopeMissing, acting_in
from tests.cast import Cast
from tests.unit.devices.conftest import HANDED_OVER, ONE_OF_EACH, Handed, Post, item

EVERYBODY = Scope.system("a test looks")
TABLES = [kind.table for kind in KINDS.values()]


def rows(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@pytest.mark.django_db
@pytest.mark.parametrize("model", READINGS.values())
def test_the_models_are_the_tables(model: Any) -> None:
    columns = rows(
        "SELECT column_name, is_nullable = 'YES' FROM information_schema.columns"
        " WHERE table_name = %s",
        model._meta.db_table,
    )
    fields = [field for field in model._meta.concrete_fields if field.column]
    assert sorted(columns) == sorted((field.column, field.null) for field in fields)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_ingest_knows_every_column(table: Table) -> None:
    columns = rows(
        "SELECT attname::text, format_type(atttypid, NULL), NOT attnotnull FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0",
        table.name,
    )
    told = {"timestamptz": "timestamp with time zone"}
    assert sorted(columns) == sorted(
        (name, told.get(type_, type_), name in table.optional) for name, type_ in table.columns
    )


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_one_index_and_no_foreign_key(table: Table) -> None:
    assert rows("SELECT count(*) FROM pg_indexes WHERE tablename = %s", table.name) == [(1,)]
    keys = "SELECT count(*) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
    assert rows(keys, table.name) == [(0,)]


def test_each_month_gets_its_partition(cast: Cast, cuff: Handed, post: Post) -> None:
    times = ["2026-03-31T23:59:59Z", "2026-04-01T08:59:59+09:00", "2026-04-01T09:00:00+09:00"]
    body = {"readings": [item(measured_at=time, id=str(n)) for n, time in enumerate(times)]}
    assert post(cuff.token, body).json()["accepted"] == 3
    with acting_in(EVERYBODY):
        found = rows(
            "SELECT tableoid::regclass::text, count(*) FROM devices_bloodpressurereading"
            " WHERE patient_id = %s GROUP BY 1 ORDER BY 1",
            cast.hanako.pk,
        )
    name = "devices_bloodpressurereading"
    assert found == [(f"{name}_2026_03", 2), (f"{name}_2026_04", 1)]


@pytest.mark.parametrize("statement", ["UPDATE {} SET user_slot = 3", "DELETE FROM {}"])
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_stored_readings_never_change(
    cuff: Handed, post: Post, table: Table, statement: str
) -> None:
    post(cuff.token, {"readings": [one() for one in ONE_OF_EACH]})
    # Not even the owner may; the other roles may not in the first place.
    with (
        pytest.raises(DatabaseError, match="never change"),
        transaction.atomic(),
        connection.as_owner(),
    ):
        rows(statement.format(table.name))
    with (
        pytest.raises(DatabaseError, match=r"denied|never change"),
        acting_in(EVERYBODY),
    ):
        rows(statement.format(table.name))
    with acting_in(EVERYBODY):
        assert rows(f"SELECT count(*) FROM {table.name}") == [(1,)]


def test_erasing_a_person_is_possible_on_purpose(cuff: Handed, post: Post) -> None:
    post(cuff.token, item())
    with acting_in(EVERYBODY), connection.cursor() as cursor:
        cursor.execute("SET LOCAL mimamori.erasure = 'on'")
        cursor.execute("DELETE FROM devices_bloodpressurereading")
        assert cursor.rowcount == 1


def test_readings_need_a_scope(cuff: Handed, post: Post, cast: Cast) -> None:
    post(cuff.token, {"readings": [one() for one in ONE_OF_EACH]})
    models: list[Any] = list(READINGS.values())
    for model in models:
        with pytest.raises(ScopeMissing):
            model.objects.count()
        with acting_in(Scope.people(frozenset([cast.taro.pk]))):
            assert model.objects.count() == 0
        with acting_in(Scope.people(frozenset([cast.hanako.pk]))):
            assert model.objects.count() == 1
        with acting_in(Scope.hospital(cast.minami.pk, now=timezone.now())):
            assert model.objects.count() == 0
        with acting_in(Scope.hospital(cast.kita.pk, now=timezone.now())):
            assert model.objects.count() == 1
        with acting_in(Scope.operator(cast.demo.pk)):
            assert model.objects.count() == 0


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_database_asks_by_itself_whose_readings_these_are(
    cuff: Handed, post: Post, cast: Cast, table: Table
) -> None:
    """The second wall: the managers are passed by."""
    post(cuff.token, {"readings": [one() for one in ONE_OF_EACH]})
    now = timezone.now()
    seen = {
        Scope.people(frozenset([cast.hanako.pk])): 1,
        Scope.people(frozenset([cast.taro.pk])): 0,
        Scope.hospital(cast.kita.pk, now=now): 1,
        Scope.hospital(cast.minami.pk, now=now): 0,
        Scope.operator(cast.demo.pk): 0,
        Scope.support(): 0,
        Scope.nobody(): 0,
    }
    for scope, count in seen.items():
        with acting_in(scope):
            assert rows(f"SELECT count(*) FROM {table.name}") == [(count,)], scope.kind
    for scope in (Scope.people(frozenset([cast.hanako.pk])), Scope.ingest()):
        with pytest.raises(DatabaseError), acting_in(scope):
            rows(f"INSERT INTO {table.name} DEFAULT VALUES RETURNING 1")
    values = [name for name in table.names if name not in table.key]
    for name in values:
        with pytest.raises(DatabaseError, match="denied"), acting_in(Scope.ingest()):
            rows(f"SELECT {name} FROM {table.name}")


@pytest.mark.django_db
def test_partitions_are_made_of_tables_of_readings_only() -> None:
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE a_stranger (at timestamptz) PARTITION BY RANGE (at)")
    for name in ("a_stranger", "patients_patient", "devices_sleepnight_2026_01", "pg_class", ""):
        with pytest.raises(DatabaseError, match="no partitions"), acting_in(Scope.ingest()):
            rows("SELECT devices_make_partition(%s, '2001-05-01')", name)


def holding(cuff: Handed, cast: Cast, **fields: Any) -> DeviceHolding:
    return DeviceHolding(
        **{
            "device": cuff.device,
            "patient": cast.taro,
            "period": DateTimeTZRange(HANDED_OVER + timedelta(days=1), None),
            **fields,
        }
    )


def refused(row: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_slot_has_one_holder_at_a_time(cuff: Handed, cast: Cast) -> None:
    with acting_in(EVERYBODY):
        refused(holding(cuff, cast))
        holding(cuff, cast, user_slot=2).save()
        refused(holding(cuff, cast, user_slot=2, patient=cast.hanako))
        refused(holding(cuff, cast, user_slot=255))


def test_a_device_has_two_live_keys_at_most(cuff: Handed) -> None:
    def key(n: int, place: int) -> DeviceCredential:
        return DeviceCredential(
            device=cuff.device,
            place=place,
            prefix="x",
            hash=bytes([n]) * 32,
            created_at=HANDED_OVER,
        )

    key(2, 2).save()
    refused(key(3, 1))
    refused(key(4, 2))
    refused(key(5, 3))
    refused(DeviceCredential(place=1, prefix="x", hash=bytes(32), created_at=HANDED_OVER))


def test_devices_and_quarantine_say_what_they_are(cuff: Handed) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    refused(Device(kind="thermometer", serial="T-1", registered_at=now))
    refused(Device(kind="sleep", serial="", registered_at=now))
    refused(Device(kind="sleep", serial=cuff.serial, registered_at=now))
    kept = {"kind": "sleep", "payload": "{}", "received_at": now, "detail": "x"}
    with acting_in(EVERYBODY):
        refuse_items(kept)


def refuse_items(kept: dict[str, Any]) -> None:
    refused(QuarantinedItem(**kept, code="odd", serial="S", fingerprint=bytes(32)))
    refused(QuarantinedItem(**kept, code="implausible", fingerprint=bytes(32)))
    refused(
        QuarantinedItem(
            **kept, code="implausible", serial="S", fingerprint=bytes(32), resolution="released"
        )
    )
