"""What operator, health company and hospitals share of a month, before tax."""

from collections.abc import Mapping

from healthcare.kernel.money import allocate


def settlement_base(*, accepted: int, refunded: int, uncollected: int) -> int:
    """Net minor units to share: accepted - refunds - uncollected. May be below zero in a month
    that takes back more than it charges."""
    return accepted - refunded - uncollected


def shares(base: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split a period's base by weights, once on its total; the sum is exactly the base.

    Weights are whole numbers of any unit (percent, basis points). A reversal passes a negative
    base with the weights of the month it reverses.
    """
    return allocate(base, weights)
