"""The JSON form of a history, as `POST /api/v1/invoice-preview` takes it, read into types."""

from collections.abc import Mapping
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from healthcare.kernel.money import EXPONENTS, Rounding
from packages.pricing.history import (
    Cancel,
    CancelWhen,
    Change,
    Event,
    History,
    Revoke,
    Subscribe,
    UsageRecord,
)
from packages.pricing.offering import Package, Tier, UsageModel, UsagePrice, check_tiers
from packages.pricing.policy import (
    CYCLE_OF_UNPRORATED,
    Cycle,
    Policy,
    Proration,
    TermPolicy,
    default_cycle,
)
from packages.pricing.problems import HistoryError
from packages.pricing.reader import EARLIEST, Reader

MOST_TRIAL_DAYS: Final = 3_660
MOST_TERM_MONTHS: Final = 600
MOST_UNITS: Final = 10**9

_KEYS_OF_EVENT: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "subscribe": (("on", "do", "package"), ()),
    "change": (("on", "do", "package"), ()),
    "cancel": (("on", "do"), ("when",)),
    "revoke": (("on", "do"), ()),
}


def read_history(data: object) -> History:
    """Check and type a history; raises `HistoryError` with every problem of its shape.

    What depends on the order of events (a change before a subscription, a downgrade inside a
    minimum term) is checked by `timeline.replay`.
    """
    reader = Reader()
    top = reader.fields(
        data,
        required=("currency", "policy", "packages", "events", "through"),
        optional=("timezone", "usage"),
    )
    if reader.problems and not top:
        raise HistoryError(reader.problems)
    _check_place(reader, top)
    policy = _policy(reader.at("policy"), top.get("policy", {}))
    packages = _packages(reader.at("packages"), top.get("packages", {}))
    events = _events(reader.at("events"), top.get("events", []), packages)
    usage = _usage(reader.at("usage"), top.get("usage", []), packages)
    through = EARLIEST
    if "through" in top:
        through = reader.at("through").day(top["through"])
    if reader.problems:
        raise HistoryError(reader.problems)
    return History(policy=policy, packages=packages, events=events, usage=usage, through=through)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_place(reader: Reader, top: Mapping[str, object]) -> None:
    currency = top.get("currency", "JPY")
    if not isinstance(currency, str) or currency not in EXPONENTS:
        reader.at("currency").problem(
            "unknown_currency", "write an ISO 4217 currency in use, such as JPY"
        )
    zone = top.get("timezone", "Asia/Tokyo")
    if not isinstance(zone, str) or zone not in _zones():
        reader.at("timezone").problem(
            "unknown_timezone", "write an IANA time zone, such as Asia/Tokyo"
        )


def _policy(reader: Reader, value: object) -> Policy:
    keys = (
        "proration",
        "cycle",
        "tax_rounding",
        "tax_inclusive",
        "term_policy",
        "term_fee",
        "term_fee_tax_rate",
    )
    given = reader.fields(value, optional=keys)
    proration = Proration.NONE_CALENDAR_MONTH
    if "proration" in given:
        proration = reader.at("proration").choice(given["proration"], Proration, proration)
    cycle = default_cycle(proration)
    if "cycle" in given:
        cycle = reader.at("cycle").choice(given["cycle"], Cycle, cycle)
    needed = CYCLE_OF_UNPRORATED.get(proration)
    if needed is not None and cycle is not needed:
        reader.at("cycle").problem(
            "wrong_pair", f"proration {proration} goes with cycle {needed} only; write {needed}"
        )
        cycle = needed
    fee_rate = None
    if "term_fee_tax_rate" in given:
        fee_rate = reader.at("term_fee_tax_rate").rate(given["term_fee_tax_rate"])
    return Policy(
        proration=proration,
        cycle=cycle,
        tax_rounding=reader.at("tax_rounding").choice(
            given.get("tax_rounding", Rounding.FLOOR), Rounding, Rounding.FLOOR
        ),
        tax_inclusive=reader.at("tax_inclusive").flag(given.get("tax_inclusive", False)),
        term_policy=reader.at("term_policy").choice(
            given.get("term_policy", TermPolicy.END_OF_TERM), TermPolicy, TermPolicy.END_OF_TERM
        ),
        term_fee=reader.at("term_fee").money(given.get("term_fee", 0)),
        term_fee_tax_rate=fee_rate,
    )


def _packages(reader: Reader, value: object) -> dict[str, Package]:
    return {
        code: _package(reader.at(code), code, inner) for code, inner in reader.named(value).items()
    }


def _package(reader: Reader, code: str, value: object) -> Package:
    given = reader.fields(
        value,
        required=("rank", "price", "tax_rate"),
        optional=("trial_days", "minimum_term_months", "usage"),
    )
    usage = reader.at("usage")
    return Package(
        code=code,
        rank=reader.at("rank").whole(given["rank"], least=-(10**9)) if "rank" in given else 0,
        price=reader.at("price").money(given.get("price", 0)),
        tax_rate=reader.at("tax_rate").rate(given.get("tax_rate", "0")),
        trial_days=reader.at("trial_days").whole(given.get("trial_days", 0), most=MOST_TRIAL_DAYS),
        minimum_term_months=reader.at("minimum_term_months").whole(
            given.get("minimum_term_months", 0), most=MOST_TERM_MONTHS
        ),
        usage={
            component: _usage_price(usage.at(component), inner)
            for component, inner in usage.named(given.get("usage", {})).items()
        },
    )


def _usage_price(reader: Reader, value: object) -> UsagePrice:
    model = UsageModel.GRADUATED
    if isinstance(value, dict) and "model" in value:
        model = reader.at("model").choice(value["model"], UsageModel, model)
    if model is UsageModel.PACKAGE:
        given = reader.fields(value, required=("size", "price"), optional=("model", "included"))
        return UsagePrice(
            model=model,
            included=reader.at("included").whole(given.get("included", 0), most=MOST_UNITS),
            size=reader.at("size").whole(given.get("size", 1), least=1, most=MOST_UNITS),
            price=reader.at("price").money(given.get("price", 0)),
        )
    given = reader.fields(value, required=("tiers",), optional=("model", "included"))
    return UsagePrice(
        model=model,
        included=reader.at("included").whole(given.get("included", 0), most=MOST_UNITS),
        tiers=_tiers(reader.at("tiers"), given.get("tiers", [[None, 0]])),
    )


def _tiers(reader: Reader, value: object) -> tuple[Tier, ...]:
    before = len(reader.problems)
    tiers = []
    for index, inner in enumerate(reader.items(value)):
        item = reader.item(index)
        pair = item.items(inner)
        if len(pair) != 2:
            item.problem("bad_tier", "write a tier as [up_to, unit_price], the last as [null, ...]")
            continue
        up_to = None if pair[0] is None else item.item(0).whole(pair[0], least=1, most=MOST_UNITS)
        tiers.append(Tier(up_to=up_to, unit_price=item.item(1).money(pair[1])))
    try:
        check_tiers(tuple(tiers))
    except ValueError as error:
        if len(reader.problems) == before:
            reader.problem("bad_tiers", str(error))
        return (Tier(up_to=None, unit_price=0),)
    return tuple(tiers)


def _events(reader: Reader, value: object, packages: Mapping[str, Package]) -> list[Event]:
    return [
        event
        for index, inner in enumerate(reader.items(value))
        if (event := _event(reader.item(index), inner, packages)) is not None
    ]


def _event(reader: Reader, value: object, packages: Mapping[str, Package]) -> Event | None:
    do = value.get("do") if isinstance(value, dict) else None
    if isinstance(value, dict) and (not isinstance(do, str) or do not in _KEYS_OF_EVENT):
        reader.at("do").problem("unknown_value", f"write one of {', '.join(_KEYS_OF_EVENT)}")
        return None
    required, optional = _KEYS_OF_EVENT[do] if isinstance(do, str) else (("on", "do"), ())
    given = reader.fields(value, required=required, optional=optional)
    if any(key not in given for key in required):
        return None
    on = reader.at("on").day(given["on"])
    match do:
        case "cancel":
            when = given.get("when", CancelWhen.PERIOD_END)
            return Cancel(on, reader.at("when").choice(when, CancelWhen, CancelWhen.PERIOD_END))
        case "revoke":
            return Revoke(on)
    package = reader.at("package").text(given["package"])
    if package and package not in packages:
        known = ", ".join(packages) or "none"
        reader.at("package").problem(
            "unknown_package", f"{package!r} is not in packages; the packages are {known}"
        )
    return Subscribe(on, package) if do == "subscribe" else Change(on, package)


def _usage(reader: Reader, value: object, packages: Mapping[str, Package]) -> list[UsageRecord]:
    components = {component for package in packages.values() for component in package.usage}
    records = []
    for index, inner in enumerate(reader.items(value)):
        item = reader.item(index)
        given = item.fields(inner, required=("on", "component", "quantity"))
        if len(given) < 3 or any(key not in given for key in ("on", "component", "quantity")):
            continue
        component = item.at("component").text(given["component"])
        if component and component not in components:
            known = ", ".join(sorted(components)) or "none"
            item.at("component").problem(
                "unknown_component",
                f"no package prices {component!r}; the priced components are {known}",
            )
        quantity = item.at("quantity").whole(given["quantity"], most=MOST_UNITS)
        records.append(UsageRecord(item.at("on").day(given["on"]), component, quantity))
    return records
