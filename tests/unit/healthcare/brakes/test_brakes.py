"""Brakes stop at once, say why, and lose nothing."""

import json
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from healthcare.audit.actors import command
from healthcare.audit.models import AuditRecord
from healthcare.brakes import pulling
from healthcare.brakes.models import Brake, Kind
from healthcare.hospitals.scope import Scope, acting_in

NOW = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
BY = command("tests")


def pull(kind: Kind = Kind.CHARGES, of: str = "") -> Brake:
    return pulling.pull(kind=kind, of=of, reason="wrong amounts", now=NOW, by=BY)


@pytest.mark.django_db
def test_a_brake_stops_its_own_and_no_other() -> None:
    pull(of="demo")
    with pytest.raises(pulling.Pulled, match="wrong amounts"), transaction.atomic():
        pulling.hold_unless_pulled(Kind.CHARGES, "demo")
    with transaction.atomic():
        pulling.hold_unless_pulled(Kind.CHARGES, "another")
        pulling.hold_unless_pulled(Kind.DELIVERIES, "inbox")


@pytest.mark.django_db
def test_one_for_all_stops_each() -> None:
    pull()
    with pytest.raises(pulling.Pulled), transaction.atomic():
        pulling.hold_unless_pulled(Kind.CHARGES, "demo")


@pytest.mark.django_db
def test_pulled_twice_is_one_and_released_it_is_over() -> None:
    assert pull() == pull()
    assert pulling.release(kind=Kind.CHARGES, now=NOW + timedelta(hours=1), by=BY)
    assert not pulling.release(kind=Kind.CHARGES, now=NOW, by=BY)
    assert pulling.pulled(Kind.CHARGES) is None
    with acting_in(Scope.audit()):
        actions = list(AuditRecord.objects.order_by("pk").values_list("action", "details__reason"))
    assert actions == [
        ("brakes.pulled", "wrong amounts"),
        ("brakes.released", "wrong amounts"),
    ]


@pytest.mark.django_db
def test_a_reason_is_needed_and_a_name_that_exists() -> None:
    with pytest.raises(pulling.BrakeRefused, match="Say why"):
        pulling.pull(kind=Kind.CHARGES, reason="  ", now=NOW, by=BY)
    with pytest.raises(pulling.BrakeRefused, match="charges, deliveries"):
        pulling.parse("everything")
    with pytest.raises(pulling.BrakeRefused, match="deliveries:inbox"):
        pulling.parse("deliveries:pigeon")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": "everything"}, "brake_kind_is_known"),
        ({"reason": ""}, "brake_has_a_reason"),
        ({"kind": "deliveries", "of": "pigeon"}, "brake_of_deliveries_names_a_channel"),
        ({"released_at": NOW}, "brake_is_released_whole"),
        ({"released_by": "somebody"}, "brake_is_released_whole"),
    ],
)
def test_the_database_refuses(fields: dict[str, object], constraint: str) -> None:
    whole = {"kind": "charges", "reason": "x", "pulled_at": NOW, "pulled_by": "x", **fields}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Brake.objects.create(**whole)


@pytest.mark.django_db
def test_the_database_keeps_one_pulled_brake_of_a_name() -> None:
    pull()
    with pytest.raises(IntegrityError, match="brake_is_pulled_once"), transaction.atomic():
        Brake.objects.create(kind="charges", reason="x", pulled_at=NOW, pulled_by="x")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_pull_waits_for_what_is_being_sent_and_nothing_passes_after_it() -> None:
    pulled = threading.Event()

    def pull_elsewhere() -> None:
        try:
            pull()
            pulled.set()
        finally:
            connection.close()

    worker = threading.Thread(target=pull_elsewhere)
    with transaction.atomic():
        pulling.hold_unless_pulled(Kind.CHARGES, "demo")
        worker.start()
        # Until this transaction ends, PostgreSQL has the other wait for its lock.
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        with connection.cursor() as cursor:
            for _ in range(100_000):
                cursor.execute(waiting)
                if cursor.fetchone() == (1,):
                    break
        assert not pulled.is_set()
    worker.join(10)
    assert pulled.is_set()
    with pytest.raises(pulling.Pulled), transaction.atomic():
        pulling.hold_unless_pulled(Kind.CHARGES, "demo")


@pytest.mark.django_db
def test_the_command_lists_pulls_and_releases() -> None:
    call_command("brake", "pull", "charges:demo", "--reason", "wrong amounts")
    out = StringIO()
    call_command("brake", "list", "--json", stdout=out)
    (row,) = json.loads(out.getvalue())["pulled"]
    assert (row["name"], row["reason"]) == ("charges:demo", "wrong amounts")
    call_command("brake", "release", "charges:demo")
    out = StringIO()
    call_command("brake", "list", stdout=out)
    assert "No brake is pulled" in out.getvalue()
    with pytest.raises(CommandError, match="Say why"):
        call_command("brake", "pull", "charges")
