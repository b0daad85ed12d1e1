"""What a member approved is between them and the app: nobody else's scope reaches it."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from devices.models import AppGrant
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.unit.devices.phone import Phone

TABLES = ("devices_appgrant", "devices_appcode", "devices_apptoken")


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        found: tuple[int] = cursor.fetchone()
    return found[0]


@pytest.mark.parametrize("table", TABLES)
def test_the_database_shows_it_to_the_member_alone(cast: Cast, phone: Phone, table: str) -> None:
    phone.connected(cast.member)
    others = (
        Scope.nobody(),
        Scope.hospital(cast.kita.pk, now=timezone.now()),
        Scope.operator(cast.demo.pk),
        Scope.people(frozenset([cast.taro.pk])),
    )
    for scope in others:
        with acting_in(scope):
            assert count(table) == 0
            assert AppGrant.objects.count() == AppGrant._base_manager.count() == 0
    assert count(table) == 0  # and to nobody without a scope
    with acting_in(Scope.people(frozenset([cast.hanako.pk]))):
        assert count(table) == 1


@pytest.mark.parametrize("table", TABLES)
def test_who_takes_readings_in_reads_none_of_it(cast: Cast, phone: Phone, table: str) -> None:
    phone.connected(cast.member)
    with acting_in(Scope.ingest()), pytest.raises(ProgrammingError), transaction.atomic():
        count(table)


def test_nobody_approves_for_another(cast: Cast, phone: Phone) -> None:
    with (
        acting_in(Scope.people(frozenset([cast.hanako.pk]))),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        AppGrant.objects.create(
            app=phone.app, patient=cast.taro, user=cast.member, approved_at=timezone.now()
        )
