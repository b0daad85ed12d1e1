"""What a metered quantity of one period costs."""

from healthcare.kernel.money import Rounding, divide
from packages.pricing.offering import Tier, UsageModel, UsagePrice


def amount_for(price: UsagePrice, quantity: int) -> int:
    """Minor units for ``quantity`` units of one component in one period.

    graduated: every unit above the included ones at the price of the tier it lies in.
    volume: (quantity - included) at the price of the tier that the whole quantity reaches.
    package: ceil((quantity - included) / size) bundles.
    """
    billable = quantity - price.included
    if billable <= 0:
        return 0
    match price.model:
        case UsageModel.GRADUATED:
            return _graduated(price.tiers, included=price.included, quantity=quantity)
        case UsageModel.VOLUME:
            return billable * _tier_reached(price.tiers, quantity).unit_price
        case UsageModel.PACKAGE:
            return divide(billable, price.size, Rounding.CEIL) * price.price


def _graduated(tiers: tuple[Tier, ...], *, included: int, quantity: int) -> int:
    total, below = 0, 0
    for tier in tiers:
        top = quantity if tier.up_to is None else min(quantity, tier.up_to)
        total += max(0, top - max(below, included)) * tier.unit_price
        below = top
    return total


def _tier_reached(tiers: tuple[Tier, ...], quantity: int) -> Tier:
    return next(tier for tier in tiers if tier.up_to is None or quantity <= tier.up_to)
