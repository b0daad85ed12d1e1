"""Choosing and paying through the API: members themselves, operators their subscribers. What
somebody pays is no business of clinicians, the support desk and the platform."""

from tests.matrix.expectations.who import MEMBERS, OPERATORS, api, either_way
from tests.matrix.table import FORBIDDEN, JSON, Call, entry

# Somebody of the role without a record or an operator finds an empty list.
PAYING = api(FORBIDDEN, allowed=(*MEMBERS, *OPERATORS, "watcher", "otto"))
HISTORY = {
    "currency": "JPY",
    "policy": {"proration": "actual_days"},
    "packages": {"basic": {"rank": 1, "price": 500, "tax_rate": "10"}},
    "events": [{"on": "2026-04-01", "do": "subscribe", "package": "basic"}],
    "through": "2026-04-02",
}

ENTRIES = (
    entry(
        "packages",
        GET=Call(
            gets=api(FORBIDDEN, allowed=(*MEMBERS, *OPERATORS)),
            except_for=either_way(goro=422),
            formats=JSON,
        ),
    ),
    entry(
        "subscriptions",
        GET=Call(gets=PAYING, formats=JSON),
        POST=Call(
            gets=api(FORBIDDEN, allowed=MEMBERS),
            answers=201,
            # Goro has no contract that could pay, Jiro no package to change.
            except_when_valid=either_way(goro=422, jiro=422),
            body={"do": "change", "package": "premium"},
            content_type="application/json",
            empty=400,
            formats=JSON,
        ),
    ),
    entry("invoices", GET=Call(gets=PAYING, formats=JSON)),
    entry(
        "invoice-preview",
        POST=Call(
            gets=api(FORBIDDEN, allowed=(*OPERATORS, "otto")),
            body=HISTORY,
            content_type="application/json",
            empty=422,
            formats=JSON,
        ),
    ),
)
