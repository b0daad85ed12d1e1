"""What a charge says to the operator: values that cannot be wrong once they are made."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from healthcare.kernel.money import EXPONENTS
from healthcare.kernel.periods import Period
from packages.operators.records import FileError, check_cell
from packages.pricing.documents import TaxTotal

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
_MSISDN: Final = re.compile(r"[1-9][0-9]{6,14}")
_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_LONGEST_TEXT: Final = 60


class ChargeKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    """Gives back all or part of an earlier charge, named by `original_key`."""


@dataclass(frozen=True, slots=True)
class FileHeader:
    """First line of a charge file."""

    merchant: str
    file_seq: int
    """1, 2, 3 without gaps for a merchant; a file sent again keeps its number."""
    cycle: str
    """Month that is charged, YYYY-MM."""
    currency: str
    count: int
    """Lines in the file, header and trailer not counted."""

    def __post_init__(self) -> None:
        _check_key(self.merchant, "merchant")
        _check_number(self.file_seq, "file_seq", least=1)
        _check_number(self.count, "count", least=0)
        if not _MONTH.fullmatch(self.cycle):
            raise FileError(f"{self.cycle!r} is not a month; write YYYY-MM", field="cycle")
        if self.currency not in EXPONENTS:
            raise FileError(f"{self.currency!r} is not an ISO 4217 currency", field="currency")


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One charge or refund on one telephone bill.

    Text and product code are neutral: they name no hospital, no disease and no count of reports.
    Making one raises `FileError` with the field when a value cannot be sent.
    """

    key: str
    """The same over all attempts; the operator's side of idempotency."""
    kind: ChargeKind
    operator_subscriber_id: str
    msisdn: str
    """E.164 digits without the plus."""
    package: str
    period: Period
    amount: int
    """Minor units with tax, above zero also for a refund."""
    taxes: tuple[TaxTotal, ...]
    """One a rate, ascending; net and tax sum to `amount`, with its sign."""
    text: str
    """What the member reads on the bill."""
    product_code: str
    original_key: str | None = None
    attempt: int = 1

    def __post_init__(self) -> None:
        for name in ("key", "package", "product_code"):
            _check_key(getattr(self, name), name)
        if not self.operator_subscriber_id or len(self.operator_subscriber_id) > 64:
            raise FileError("must have 1 to 64 characters", field="operator_subscriber_id")
        check_cell(self.operator_subscriber_id, "operator_subscriber_id")
        if not _MSISDN.fullmatch(self.msisdn):
            raise FileError(
                f"{self.msisdn!r} is not E.164 digits; write 7 to 15 without a plus",
                field="msisdn",
            )
        if not self.text.strip() or len(self.text) > _LONGEST_TEXT:
            raise FileError(f"must have 1 to {_LONGEST_TEXT} characters", field="text")
        check_cell(self.text, "text")
        _check_number(self.amount, "amount", least=1)
        _check_number(self.attempt, "attempt", least=1)
        self._check_taxes()
        self._check_original()

    def _check_taxes(self) -> None:
        rates = [total.rate for total in self.taxes]
        if rates != sorted(set(rates)):
            raise FileError("tax rates must ascend, each once", field="taxes")
        billed = sum(total.net + total.tax for total in self.taxes)
        if billed != self.amount:
            raise FileError(
                f"net and tax sum to {billed}, the amount is {self.amount}; make them equal",
                field="taxes",
            )

    def _check_original(self) -> None:
        if (self.kind is ChargeKind.REFUND) != (self.original_key is not None):
            raise FileError(
                "a refund names the key of its charge, a charge names none", field="original_key"
            )
        if self.original_key is not None:
            _check_key(self.original_key, "original_key")


@dataclass(frozen=True, slots=True)
class FileTrailer:
    """Last line of a charge file; refunds count negative in every total."""

    count: int
    total: int
    taxes: tuple[TaxTotal, ...]
    sha256: str
    """Hexadecimal, of every byte before the trailer line."""


class Totals:
    """Adds up lines while they stream by; a key that comes twice is an error."""

    def __init__(self) -> None:
        self.count = 0
        self._total = 0
        self._keys: set[str] = set()
        self._rates: dict[Decimal, tuple[int, int]] = {}

    def add(self, line: ChargeLine) -> None:
        """Count one line."""
        if line.key in self._keys:
            raise FileError(f"{line.key} comes twice; send a charge once", field="charge_key")
        self._keys.add(line.key)
        sign = -1 if line.kind is ChargeKind.REFUND else 1
        self.count += 1
        self._total += sign * line.amount
        for tax in line.taxes:
            net, amount = self._rates.get(tax.rate, (0, 0))
            self._rates[tax.rate] = (net + sign * tax.net, amount + sign * tax.tax)

    def trailer(self, sha256: str) -> FileTrailer:
        """The trailer of the lines counted, whose bytes have this hash."""
        taxes = tuple(TaxTotal(rate, *self._rates[rate]) for rate in sorted(self._rates))
        return FileTrailer(self.count, self._total, taxes, sha256)


def _check_key(text: str, field: str) -> None:
    if not _KEY.fullmatch(text):
        raise FileError(
            f"{text!r} must be 1 to 64 of A-Z a-z 0-9 . _ : / - and begin with a letter or digit",
            field=field,
        )


def _check_number(value: int, field: str, *, least: int) -> None:
    if value < least:
        raise FileError(f"{value} must be {least} or more", field=field)
