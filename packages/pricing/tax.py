"""Tax: one rounding per tax rate per document, never per line.

Source of the rule: Japan's qualified-invoice system (National Tax Agency, invoice Q&A).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from healthcare.kernel.money import Rounding, divide


@dataclass(frozen=True, slots=True)
class Billed:
    """What documents have asked for at one rate so far."""

    amount: int
    """Sum of line amounts: net when prices exclude tax, gross when they include it."""
    tax: int


Balance = Mapping[Decimal, Billed]
"""Tax rate in percent to what was billed at it."""


def tax_of(amount: int, rate: Decimal, *, rounding: Rounding, inclusive: bool) -> int:
    """Tax on a net amount, or inside a gross one, rounded once.

    exclusive: amount * r / 100; inclusive: amount * r / (100 + r). The tax of a negative amount is
    the mirror image of the positive one.
    """
    if amount < 0:
        return -tax_of(-amount, rate, rounding=rounding, inclusive=inclusive)
    percent, scale = rate.as_integer_ratio()
    hundred = 100 * scale
    return divide(amount * percent, hundred + percent if inclusive else hundred, rounding)


def tax_of_change(
    change: int, rate: Decimal, before: Billed, *, rounding: Rounding, inclusive: bool
) -> int:
    """Tax of the sum of a document's lines at one rate.

    A charge is taxed for itself. A credit takes back the tax before minus the tax of what
    remains, so that credits of a whole invoice add up to exactly its tax.
    """
    if change >= 0:
        return tax_of(change, rate, rounding=rounding, inclusive=inclusive)
    remaining = tax_of(before.amount + change, rate, rounding=rounding, inclusive=inclusive)
    return remaining - before.tax


def rate_text(rate: Decimal) -> str:
    """A rate as people write it: ``"10"``, ``"7.7"``."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
