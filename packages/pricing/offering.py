"""What can be bought: a package with its rank, price, tax rate, trial, term and usage prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise


class UsageModel(StrEnum):
    """How a quantity becomes an amount; formulas in `usage`."""

    GRADUATED = "graduated"
    VOLUME = "volume"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Tier:
    """A price for units up to and including `up_to`, counted from the first unit of all."""

    up_to: int | None
    """None in the last tier: everything above."""
    unit_price: int


@dataclass(frozen=True, slots=True)
class UsagePrice:
    """Price of one metered component. `included` units a period are free, never prorated."""

    model: UsageModel = UsageModel.GRADUATED
    included: int = 0
    tiers: tuple[Tier, ...] = ()
    """For `graduated` and `volume`: ascending, the last one open."""
    size: int = 1
    """For `package`: units in one bundle."""
    price: int = 0
    """For `package`: minor units a bundle, begun bundles whole."""

    def __post_init__(self) -> None:
        if self.included < 0 or self.price < 0 or self.size < 1:
            raise ValueError("included and price must not be negative, size must be 1 or more")
        if self.model is not UsageModel.PACKAGE:
            check_tiers(self.tiers)


def check_tiers(tiers: tuple[Tier, ...]) -> None:
    """Raise ValueError unless the tiers cover every quantity once, in order."""
    if not tiers or tiers[-1].up_to is not None:
        raise ValueError("the last tier must be open; end with [null, unit_price]")
    bounds = [0]
    for tier in tiers[:-1]:
        if tier.up_to is None:
            raise ValueError("only the last tier may be open; give the others an up_to")
        bounds.append(tier.up_to)
    if any(lower >= upper for lower, upper in pairwise(bounds)):
        raise ValueError("up_to must grow from tier to tier, starting at 1 or more")
    if any(tier.unit_price < 0 for tier in tiers):
        raise ValueError("unit_price must not be negative")


@dataclass(frozen=True, slots=True)
class Package:
    """One package as the member may subscribe to it. Prices are minor units a period."""

    code: str
    rank: int
    """Up or down is the order of ranks, never of prices."""
    price: int
    tax_rate: Decimal
    """Percent."""
    trial_days: int = 0
    minimum_term_months: int = 0
    usage: Mapping[str, UsagePrice] = field(default_factory=dict)
    """Component to price."""
    later_prices: tuple[tuple[date, int], ...] = ()
    """New versions, oldest first: from that date the price is another. A running period keeps
    the price it began with. Leave empty for a subscription that keeps its price."""

    def __post_init__(self) -> None:
        if self.price < 0 or any(price < 0 for _, price in self.later_prices):
            raise ValueError(f"the price of {self.code} must not be negative")
        if not 0 <= self.tax_rate <= 100:
            raise ValueError(f"the tax rate of {self.code} must be a percentage from 0 to 100")
        if any(earlier[0] >= later[0] for earlier, later in pairwise(self.later_prices)):
            raise ValueError(f"later prices of {self.code} must be in the order of their dates")

    def price_on(self, day: date) -> int:
        """The price of a period, or of the rest of one, that is charged from ``day``."""
        price = self.price
        for since, later_price in self.later_prices:
            if since <= day:
                price = later_price
        return price
