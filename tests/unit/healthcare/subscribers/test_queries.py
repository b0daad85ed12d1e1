from datetime import date

import pytest

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers import queries
from healthcare.subscribers.queries import OperatorUnknown, SubscriberUnknown
from tests.cast import Cast
from tests.factories import ContractFactory
from tests.unit.healthcare.subscribers.conftest import TakeIn, row


def test_the_living_contract_of_an_id(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1"), row("S1", "2024-04-01", "2")])
    contract = queries.contract_of(operator_code="demo", operator_subscriber_id="S1")
    assert contract.activated_on == date(2024, 4, 1)


def test_without_a_living_one_the_contract_that_ended_last(system: Scope) -> None:
    for activated, ended in ((date(2018, 1, 1), date(2019, 1, 1)), (date(2020, 1, 1), None)):
        ContractFactory(
            operator_subscriber_id="S1", activated_on=activated, ended_on=ended or date(2021, 1, 1)
        )
    contract = queries.contract_of(operator_code="demo", operator_subscriber_id="S1")
    assert contract.activated_on == date(2020, 1, 1)


def test_an_unknown_subscriber_is_named_with_the_cure(system: Scope) -> None:
    with pytest.raises(SubscriberUnknown, match=r"'demo' has no subscriber 'S9'.*import"):
        queries.contract_of(operator_code="demo", operator_subscriber_id="S9")


def test_an_unknown_operator_is_named_with_those_there_are(db: None) -> None:
    with pytest.raises(OperatorUnknown, match="'nobody'; there are: demo"):
        queries.operator_of("nobody")


def test_who_has_a_number_is_a_question_of_the_day(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1"), row("S2", "2024-04-01", "1")])
    number = "+819011110001"

    def holder(on: date) -> str | None:
        contract = queries.holder_of(number=number, on=on)
        return contract.operator_subscriber_id if contract else None

    assert holder(date(2020, 3, 31)) is None
    assert holder(date(2020, 4, 1)) == "S1"
    assert holder(date(2024, 3, 31)) == "S1"
    assert holder(date(2024, 4, 1)) == "S2"
    first = queries.contract_of(operator_code="demo", operator_subscriber_id="S1")
    assert queries.number_of(contract_id=first.pk, on=date(2024, 3, 31)) == number
    assert queries.number_of(contract_id=first.pk, on=date(2024, 4, 1)) is None


def test_a_subscriber_outside_the_scope_is_as_unknown_as_one_who_is_not_there(cast: Cast) -> None:
    with acting_in(Scope.operator(cast.other_operator.pk)), pytest.raises(SubscriberUnknown):
        queries.contract_of(operator_code="demo", operator_subscriber_id="HANAKO")
