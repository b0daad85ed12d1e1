"""Histories in few words."""

from collections.abc import Callable
from typing import Any

import pytest

from packages.pricing.preview import preview

Bills = Callable[..., list[tuple[str, str, int, int, int]]]
Preview = Callable[..., dict[str, Any]]

PACKAGES: dict[str, dict[str, Any]] = {
    "basic": {"rank": 1, "price": 500, "tax_rate": "10"},
    "plus": {"rank": 2, "price": 980, "tax_rate": "10"},
    "premium": {"rank": 3, "price": 1980, "tax_rate": "10"},
}
_WORDS = {"subscribe": "package", "change": "package", "cancel": "when"}


def events_of(text: str) -> list[dict[str, str]]:
    """``"2026-04-01 subscribe basic; 2026-04-16 cancel now"`` as events."""
    events = []
    for words in (part.split() for part in text.split(";") if part.strip()):
        event = {"on": words[0], "do": words[1]}
        if len(words) > 2:
            event[_WORDS[words[1]]] = words[2]
        events.append(event)
    return events


@pytest.fixture
def preview_of() -> Preview:
    """preview_of("2026-04-01 subscribe basic", through="2026-06-01", proration=...)"""

    def run(
        events: str,
        *,
        through: str,
        packages: dict[str, dict[str, Any]] | None = None,
        usage: list[tuple[str, str, int]] | None = None,
        **policy: Any,
    ) -> dict[str, Any]:
        changes = packages or {}
        codes = PACKAGES | {code: {} for code in changes}
        return preview(
            {
                "currency": "JPY",
                "policy": {"proration": "actual_days"} | policy,
                "packages": {
                    code: PACKAGES.get(code, {}) | changes.get(code, {}) for code in codes
                },
                "events": events_of(events),
                "usage": [
                    {"on": on, "component": component, "quantity": quantity}
                    for on, component, quantity in usage or []
                ],
                "through": through,
            }
        )

    return run


@pytest.fixture
def bills(preview_of: Preview) -> Bills:
    """The same, as (date, kind, net, tax, total) of each document."""

    def run(events: str, **more: Any) -> list[tuple[str, str, int, int, int]]:
        return [
            (made["date"], made["kind"], made["net"], made["tax"], made["total"])
            for made in preview_of(events, **more)["documents"]
        ]

    return run
