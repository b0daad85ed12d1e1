"""What part of a period's price is kept, given back or charged.

kept = floor(price * used_days / period_days), credit = billed - kept,
new = floor(price * remaining_days / period_days). Under the unprorated modes any part is the whole.
"""

from datetime import date

from healthcare.kernel.money import Rounding, divide
from healthcare.kernel.periods import Period, days_30_360
from packages.pricing.policy import Proration

_PRORATING = (Proration.ACTUAL_DAYS, Proration.FIXED_30)


def count_days(start: date, end: date, mode: Proration) -> int:
    """Days from ``start`` to ``end`` as the mode counts them."""
    if mode is Proration.FIXED_30:
        return days_30_360(start, end)
    return (end - start).days


def period_days(period: Period, mode: Proration) -> int:
    """The denominator: 30 under `fixed_30`, else the days of the whole period."""
    return 30 if mode is Proration.FIXED_30 else period.days


def part(price: int, days: int, whole: int, rounding: Rounding = Rounding.FLOOR) -> int:
    """``price * days / whole``, never more than the price.

    Around a clamped anniversary 30/360 can count 32 days in a period: the cap holds it at one
    price.
    """
    return divide(price * max(0, min(days, whole)), whole, rounding)


def charge_for(price: int, span: Period, whole: Period, mode: Proration) -> int:
    """Price of ``span``, a part of the period ``whole``; the whole period is the whole price.

    The same function gives what is charged for the rest of a period (span to its end) and what
    is kept of a charge (span from where the charge began to where use ended).
    """
    if mode not in _PRORATING or span == whole:
        return price
    return part(price, count_days(span.start, span.end, mode), period_days(whole, mode))


def kept(price: int, since: date, until: date, whole: Period, mode: Proration) -> int:
    """What a charge that began on ``since`` has earned when its use ends before ``until``."""
    if since >= until:
        return 0
    return charge_for(price, Period(since, until), whole, mode)
