"""How fast senders of readings may go, as the environment says: `DEVICE_POSTS=1000+60`."""

import re
from collections.abc import Mapping
from typing import Literal

from django.core.exceptions import ImproperlyConfigured

Counted = Literal["posts", "items"]
Rates = dict[tuple[str, Counted], tuple[int, int]]

WRITTEN = re.compile(r"([0-9]{1,9})\+([0-9]{1,9})", re.ASCII)
# A body holds so many items (devices.api.streams.MAX_LINES): with less at once, a full one would
# never be taken.
LEAST: Mapping[Counted, int] = {"posts": 1, "items": 200_000}
DEFAULTS: Rates = {
    ("device", "posts"): (10_000, 600),
    ("device", "items"): (200_000, 6_000),
    ("gateway", "posts"): (30_000, 600_000),
    ("gateway", "items"): (5_000_000, 60_000_000),
    ("member", "posts"): (10_000, 600),
    ("member", "items"): (200_000, 6_000),
}


def reading_rates(environ: Mapping[str, str]) -> Rates:
    """By sender and what is counted: so many at once, then so many a minute.

    Read from `DEVICE_POSTS`, `DEVICE_ITEMS`, `GATEWAY_...` and `MEMBER_...`.
    """
    return {
        (sender, counted): _rate(f"{sender}_{counted}".upper(), environ, default, LEAST[counted])
        for (sender, counted), default in DEFAULTS.items()
    }


def _rate(
    name: str, environ: Mapping[str, str], default: tuple[int, int], least: int
) -> tuple[int, int]:
    value = environ.get(name, "").strip()
    if not value:
        return default
    found = WRITTEN.fullmatch(value)
    if found is None or int(found[2]) == 0:
        raise ImproperlyConfigured(
            f"{name}={value!r}: set it to how many at once and how many a minute after that, like"
            f" {default[0]}+{default[1]}."
        )
    burst, per_minute = int(found[1]), int(found[2])
    if burst < least:
        raise ImproperlyConfigured(f"{name}={value!r}: allow at least {least} at once.")
    return burst, per_minute
