"""Charges in few words."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from healthcare.kernel.periods import Period
from packages.operators.charge_file import write
from packages.operators.charges import ChargeKind, ChargeLine, FileHeader
from packages.pricing.documents import TaxTotal

Charge = Callable[..., ChargeLine]
Written = Callable[..., list[bytes]]


@pytest.fixture
def charge() -> Charge:
    """charge("c-1", 980): a charge of 980 net and 10 % tax; any field can be given."""

    def build(key: str, net: int = 500, **more: Any) -> ChargeLine:
        taxes = more.pop("taxes", (TaxTotal(Decimal(10), net, net // 10),))
        fields: dict[str, Any] = {
            "key": key,
            "kind": ChargeKind.CHARGE,
            "operator_subscriber_id": f"SUB-{key}",
            "msisdn": "819012345678",
            "package": "plus",
            "period": Period(date(2026, 10, 1), date(2026, 11, 1)),
            "amount": sum(total.net + total.tax for total in taxes),
            "taxes": taxes,
            "text": "Mimamori 10月",
            "product_code": "P2",
        }
        return ChargeLine(**(fields | more))

    return build


@pytest.fixture
def written() -> Written:
    """written(lines): the records of a charge file, one a list item."""

    def build(lines: list[ChargeLine], **header: Any) -> list[bytes]:
        fields: dict[str, Any] = {
            "merchant": "MIMAMORI",
            "file_seq": 7,
            "cycle": "2026-10",
            "currency": "JPY",
            "count": len(lines),
        }
        return list(write(FileHeader(**(fields | header)), lines))

    return build
