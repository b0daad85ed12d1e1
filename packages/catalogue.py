"""What can be taken at an operator, on which terms, and at which price since when."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from healthcare.kernel.money import Rounding
from packages.features import Features, features_of
from packages.models import BillingPolicy, Package, Price
from packages.pricing.offering import Package as PricedPackage
from packages.pricing.offering import Tier, UsageModel, UsagePrice
from packages.pricing.policy import Cycle, Policy, Proration, TermPolicy
from packages.pricing.problems import HistoryError


@dataclass(frozen=True, slots=True)
class Offer:
    """A package as an operator offers it on a day. `amount` is minor units a month."""

    package: Package
    features: Features
    amount: int
    currency: str
    tax_rate: Decimal
    tax_inclusive: bool
    trial_days: int
    minimum_term_months: int


def offers(*, operator_id: int, on: date) -> list[Offer]:
    """What an operator offers on a local day, by rank."""
    policy = BillingPolicy.objects.filter(operator_id=operator_id).first()
    if policy is None:
        return []
    prices = (
        Price.objects.filter(operator_id=operator_id, version__valid__contains=on)
        .select_related("version__package", "operator")
        .order_by("version__package__rank")
    )
    return [
        Offer(
            package=price.version.package,
            features=features_of(price.version.features),
            amount=price.amount,
            currency=price.operator.currency,
            tax_rate=price.tax_rate,
            tax_inclusive=policy.tax_inclusive,
            trial_days=price.version.trial_days,
            minimum_term_months=price.version.minimum_term_months,
        )
        for price in prices
    ]


def offered(*, operator_id: int, code: str, on: date) -> Offer:
    """One package on offer. Raises `HistoryError` naming those that are."""
    there = offers(operator_id=operator_id, on=on)
    for offer in there:
        if offer.package.code == code:
            return offer
    known = ", ".join(offer.package.code for offer in there) or "none"
    raise HistoryError.at(
        "package", "not_offered", f"{code!r} is not offered on {on}; name one of {known}."
    )


def pricing_policy(policy: BillingPolicy) -> Policy:
    """An operator's settings as packages.pricing takes them."""
    return Policy(
        proration=Proration(policy.proration),
        cycle=Cycle(policy.cycle),
        tax_rounding=Rounding(policy.tax_rounding),
        tax_inclusive=policy.tax_inclusive,
        term_policy=TermPolicy(policy.term_policy),
        term_fee=policy.term_fee,
        term_fee_tax_rate=policy.term_fee_tax_rate,
    )


class PriceBook:
    """All prices of an operator's packages since they began; tens of rows, read once a run."""

    def __init__(self, *, operator_id: int, on: date) -> None:
        """`on` decides the tax rate and the usage prices; prices keep their dates."""
        self._prices: dict[int, list[Price]] = defaultdict(list)
        self._on = on
        known = Price.objects.filter(operator_id=operator_id).select_related("version__package")
        for price in known.order_by("version__valid"):
            self._prices[price.version.package_id].append(price)

    def package(
        self,
        package: Package,
        *,
        trial_days: int,
        minimum_term_months: int,
        price_override: int | None,
    ) -> PricedPackage:
        """The package with the terms that one person agreed to."""
        prices = self._prices.get(package.pk)
        if not prices:
            raise HistoryError.at(
                "package", "no_price", f"{package.code!r} has no price at this operator; add one."
            )
        begun = [price for price in prices if price.version.valid.lower <= self._on]
        latest = (begun or prices)[-1]
        amount, later = (
            prices[0].amount,
            tuple((p.version.valid.lower, p.amount) for p in prices[1:]),
        )
        if price_override is not None:
            amount, later = price_override, ()
        included = features_of(latest.version.features).included_reports
        return PricedPackage(
            code=package.code,
            rank=package.rank,
            price=amount,
            tax_rate=latest.tax_rate,
            trial_days=trial_days,
            minimum_term_months=minimum_term_months,
            usage={
                component: _usage_price({"included": included, **stored})
                for component, stored in latest.version.usage.items()
            },
            later_prices=later,
        )


def _usage_price(stored: dict[str, Any]) -> UsagePrice:
    return UsagePrice(
        model=UsageModel(stored.get("model", UsageModel.GRADUATED)),
        included=stored["included"],
        tiers=tuple(Tier(up_to, unit_price) for up_to, unit_price in stored.get("tiers", [])),
        size=stored.get("size", 1),
        price=stored.get("price", 0),
    )
