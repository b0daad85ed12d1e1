"""Questions about contracts and lines. Ask them inside a scope."""

from datetime import date

from django.db.models import F

from healthcare.subscribers.models import Contract, Line, Operator


class SubscriberUnknown(LookupError):
    """No contract has this id; the message names the id, the operator and the cure."""


class OperatorUnknown(LookupError):
    """No operator has this code; the message names those that there are."""


def operator_of(code: str) -> Operator:
    """The operator of this code. Raises `OperatorUnknown`."""
    try:
        return Operator.objects.get(code=code)
    except Operator.DoesNotExist:
        codes = ", ".join(Operator.objects.values_list("code", flat=True))
        raise OperatorUnknown(f"There is no operator {code!r}; there are: {codes}.") from None


def contract_of(*, operator_code: str, operator_subscriber_id: str) -> Contract:
    """The living contract of this id, else the one activated last, with its patient and operator.

    Raises:
        SubscriberUnknown: no contract of that operator that the scope shows has this id.
    """
    contract = (
        Contract.objects.filter(
            operator__code=operator_code, operator_subscriber_id=operator_subscriber_id
        )
        .select_related("patient", "operator")
        .order_by(F("ended_on").desc(nulls_first=True), "-activated_on")
        .first()
    )
    if contract is None:
        raise SubscriberUnknown(
            f"Operator {operator_code!r} has no subscriber {operator_subscriber_id!r}: check the"
            " id, or import the operator's file first (manage.py import_subscribers)."
        )
    return contract


def number_of(*, contract_id: int, on: date) -> str | None:
    """The number a contract had on that day, as E.164."""
    line = Line.objects.filter(contract_id=contract_id, period__contains=on).first()
    return line.number if line else None


def holder_of(*, number: str, on: date) -> Contract | None:
    """The contract that had this number (E.164) on that day, with its patient."""
    line = (
        Line.objects.filter(number=number, period__contains=on)
        .select_related("contract__patient", "contract__operator")
        .first()
    )
    return line.contract if line else None
