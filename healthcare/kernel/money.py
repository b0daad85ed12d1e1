"""Money as integer minor units of an ISO 4217 currency.

Nothing here knows a float: 500 yen is ``500``, 19.95 dollars is ``1995``, 1.250 Kuwaiti dinar is
``1250``. Every division says how it rounds, and every split adds up to what was split.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

_WITH_TWO_DECIMALS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_WITH_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_WITH_FOUR_DECIMALS = "CLF UYW"

EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(_WITH_TWO_DECIMALS.split(), 2)
    | dict.fromkeys(_WITH_NONE.split(), 0)
    | dict.fromkeys(_WITH_THREE_DECIMALS.split(), 3)
    | dict.fromkeys(_WITH_FOUR_DECIMALS.split(), 4)
)
"""Decimals of each currency in use, from ISO 4217 list one."""

_AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,4}))?")


class MoneyError(ValueError):
    """An amount or a currency that cannot be; the message says why and what to write instead."""


class Rounding(StrEnum):
    """Where a fraction of a minor unit goes."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEIL = "ceil"


def exponent(currency: str) -> int:
    """Number of decimals of ``currency`` (JPY 0, USD 2, KWD 3)."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyError(
            f"{currency!r} is not an ISO 4217 currency in use; write three capitals such as JPY"
        ) from None


def parse(text: str, currency: str) -> int:
    """Read a decimal amount in major units, ``"19.95"``, as minor units, ``1995``.

    No thousands separators, no plus sign, no exponent, and never more decimals than the currency
    has: ``"500.5"`` yen is an error, not 500 or 501.
    """
    decimals = exponent(currency)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise MoneyError(
            f"{text!r} is not an amount; write digits with an optional decimal point, "
            f"such as {to_text(1234, currency)}"
        )
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if len(fraction) > decimals:
        allowed = "no decimals" if decimals == 0 else f"at most {decimals} decimals"
        raise MoneyError(f"{text!r} has {len(fraction)} decimals; {currency} has {allowed}")
    minor = int(whole + fraction.ljust(decimals, "0"))
    return -minor if sign else minor


def to_text(minor: int, currency: str) -> str:
    """Write minor units as a decimal in major units: the inverse of `parse`."""
    decimals = exponent(currency)
    if decimals == 0:
        return str(minor)
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    sign = "-" if minor < 0 else ""
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """``numerator / denominator`` rounded to a whole minor unit; exact, without floats.

    ``denominator`` is positive. Negative results round as numbers do: floor towards minus
    infinity, half_up of -0.5 is 0. Callers that want a mirror image pass the magnitude.
    """
    match rounding:
        case Rounding.FLOOR:
            return numerator // denominator
        case Rounding.CEIL:
            return -(-numerator // denominator)
        case Rounding.HALF_UP:
            return (2 * numerator + denominator) // (2 * denominator)


def allocate(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split ``total`` by weights with the largest-remainder method; nothing is lost.

    Each name gets the floor of its share; the units left go one each to the largest remainders,
    ties by name. A negative total is the mirror image of the positive one, so a reversal takes
    back exactly what was given. The answer keeps the order of ``weights``.
    """
    if any(weight < 0 for weight in weights.values()):
        raise MoneyError("weights must not be negative")
    whole = sum(weights.values())
    if whole == 0:
        raise MoneyError("weights must have a sum above zero: there is nobody to allocate to")
    if total < 0:
        return {name: -share for name, share in allocate(-total, weights).items()}
    shares = {name: total * weight // whole for name, weight in weights.items()}
    left = total - sum(shares.values())
    by_remainder = sorted(weights, key=lambda name: (-(total * weights[name] % whole), name))
    for name in by_remainder[:left]:
        shares[name] += 1
    return shares
