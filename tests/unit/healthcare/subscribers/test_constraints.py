"""The database refuses what must not be, whoever writes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.models import Contract, ImportChange, ImportRow, Line, Operator
from healthcare.walls.owning import as_owner
from tests.factories import ContractFactory, ImportBatchFactory, LineFactory, OperatorFactory

pytestmark = pytest.mark.usefixtures("system")

NUMBER, OTHER = "+819011110001", "+819011110002"


def refused(constraint: str, write: Callable[[], Any]) -> None:
    """The write fails by that constraint, at the latest when constraints are checked."""

    def write_and_check() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            write()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=constraint):
        write_and_check()


def line(contract: Contract, number: str, start: date | None, end: date | None = None) -> Line:
    return Line.objects.create(contract=contract, number=number, period=DateRange(start, end))


PERIODS = [
    (date(2020, 1, 1), None),
    (date(2022, 1, 1), None),
    (date(2019, 1, 1), None),
    (date(2019, 1, 1), date(2021, 1, 1)),
    (date(2021, 1, 1), date(2022, 1, 1)),
]


@pytest.mark.parametrize(("start", "end"), PERIODS)
def test_a_number_has_one_holder_at_a_time(start: date, end: date | None) -> None:
    line(ContractFactory(), NUMBER, date(2020, 1, 1))
    other = ContractFactory()
    refused("number_has_one_holder", lambda: line(other, NUMBER, start, end))


@pytest.mark.parametrize(("start", "end"), PERIODS)
def test_a_contract_has_one_number_at_a_time(start: date, end: date | None) -> None:
    contract = ContractFactory()
    line(contract, NUMBER, date(2020, 1, 1))
    refused("contract_has_one_number", lambda: line(contract, OTHER, start, end))


def test_ended_lines_do_not_overlap_either() -> None:
    line(ContractFactory(), NUMBER, date(2018, 1, 1), date(2020, 1, 1))
    other = ContractFactory()
    refused(
        "number_has_one_holder_at_a_time",
        lambda: line(other, NUMBER, date(2019, 12, 31), date(2021, 1, 1)),
    )
    line(other, NUMBER, date(2020, 1, 1), date(2021, 1, 1))


def test_a_line_without_end_does_not_begin_inside_an_ended_one() -> None:
    line(ContractFactory(), NUMBER, date(2018, 1, 1), date(2020, 1, 1))
    other = ContractFactory()
    refused("number_has_one_holder_at_a_time", lambda: line(other, NUMBER, date(2019, 12, 31)))
    line(other, NUMBER, date(2020, 1, 1))


def test_a_changed_line_is_looked_at_too() -> None:
    ended = line(ContractFactory(), NUMBER, date(2018, 1, 1), date(2020, 1, 1))
    line(ContractFactory(), NUMBER, date(2020, 1, 1))
    longer = DateRange(date(2018, 1, 1), date(2020, 1, 2))
    refused(
        "number_has_one_holder_at_a_time",
        lambda: Line.objects.filter(pk=ended.pk).update(period=longer),
    )


@pytest.mark.parametrize("number", ["09011110001", "+0901111000", "+81", "+8190-1111", ""])
def test_a_number_is_e164(number: str) -> None:
    contract = ContractFactory()
    refused("number_is_e164", lambda: line(contract, number, date(2020, 1, 1)))


def test_a_line_lasts_from_a_day_on() -> None:
    contract, day = ContractFactory(), date(2020, 1, 1)
    refused("line_lasts_from_a_day_on", lambda: line(contract, NUMBER, day, day))
    refused("line_lasts_from_a_day_on", lambda: line(contract, NUMBER, None, day))


def test_contract_id_and_activation_are_the_key() -> None:
    first = ContractFactory(operator_subscriber_id="S1")
    key = {"operator_subscriber_id": "S1", "activated_on": first.activated_on}
    refused("contract_key", lambda: ContractFactory(**key))
    ContractFactory(**key | {"activated_on": date(2024, 1, 1)})
    ContractFactory(**key, operator=OperatorFactory())


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("contract_ends_after_start", {"ended_on": date(2020, 3, 31)}),
        ("contract_price_is_not_negative", {"price_override": -1}),
        ("contract_has_an_id", {"operator_subscriber_id": ""}),
    ],
)
def test_contracts(constraint: str, fields: dict[str, Any]) -> None:
    refused(constraint, lambda: ContractFactory(**fields))


def test_an_operator_without_transfer_basis_cannot_be() -> None:
    refused("operator_has_transfer_basis", lambda: OperatorFactory(transfer_basis=""))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("import_outcomes_add_up", {"rows": 2, "created": 1, "finished_at": "2026-01-01T00:00Z"}),
        ("import_state_is_known", {"state": "lost"}),
        ("import_refusal_says_why", {"state": "refused"}),
        ("import_has_transfer_basis", {"transfer_basis": ""}),
    ],
)
def test_import_batches(constraint: str, fields: dict[str, Any]) -> None:
    refused(constraint, lambda: ImportBatchFactory(**fields))


def test_kept_rows_are_held_or_rejected_once_a_line() -> None:
    batch = ImportBatchFactory()
    kept = {"batch": batch, "line": 2, "code": "missing", "text": "why"}
    ImportRow.objects.create(**kept, outcome="held")
    refused("import_row_once", lambda: ImportRow.objects.create(**kept, outcome="rejected"))
    kept["line"] = 3
    refused(
        "import_row_is_kept_for_a_reason",
        lambda: ImportRow.objects.create(**kept, outcome="created"),
    )


def test_the_undo_log_knows_its_records() -> None:
    batch = ImportBatchFactory()
    entry = {"batch": batch, "cause": 1, "contract": 1, "record_id": 1}
    refused("change_record_is_known", lambda: ImportChange.objects.create(**entry, record="x"))


def test_lines_belong_to_contracts_and_contracts_to_people(system: Scope) -> None:
    made = LineFactory()
    refused("fk", lambda: Line.objects.filter(pk=made.pk).update(contract_id=0))
    contracts = Contract.objects.filter(pk=made.contract_id)
    refused("fk", lambda: contracts.update(patient_id=0))
    refused("fk", lambda: contracts.update(operator_id=0))


def test_the_demo_operator_is_there_after_migrate(db: None) -> None:
    demo = Operator.objects.get(code="demo")
    assert (demo.country, demo.currency) == ("JP", "JPY")
    assert demo.transfer_basis


def scans_of_all_lines() -> int:
    """How often this transaction read the table of lines from end to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_numscans('subscribers_line'::regclass)")
        (scans,) = cursor.fetchone()
    return int(scans)


def test_many_lines_are_compared_by_an_index_although_the_table_looked_small() -> None:
    """A plan made when there was one line would read them all anew for each of a million."""
    line(ContractFactory(), NUMBER, date(2020, 1, 1))
    contracts = [ContractFactory() for _ in range(50)]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE subscribers_line")
    with acting_in(Scope.system("the scope, which the owner's statement ended")):
        before = scans_of_all_lines()
        period = DateRange(date(2020, 1, 1), None)
        Line.objects.bulk_create(
            Line(contract=contract, number=f"+8190222{n:05}", period=period)
            for n, contract in enumerate(contracts)
        )
        assert scans_of_all_lines() == before
        other = ContractFactory()
        refused("number_has_one_holder", lambda: line(other, NUMBER, date(2021, 1, 1)))
