"""The door for devices, and what people read of devices through the API."""

import json
from datetime import timedelta
from typing import Any

from tests.matrix.expectations.who import HEALTH_API, api, everybody
from tests.matrix.table import ALLOWED, JSON, PLAIN, SIGN_IN, Call, Shows, entry

SENDERS = ("device", "foreign device", "gateway", "member's app")
# By their sign-in, at a door of its own: as whom.
BY_SESSION = {"member's browser": "hanako"}
DEVICES = {**everybody(SIGN_IN), **dict.fromkeys(SENDERS, ALLOWED)}
# Whoever posts for several devices names the one; these are theirs.
NAMES = {"gateway": "ume", "member's app": "hanako"}


def reading(_: Any, world: Any, principal: str) -> bytes:
    """An hour ago; a gateway and an app name the device, a device need not."""
    named = {"device": world.serials[NAMES[principal]]} if principal in NAMES else {}
    at = (world.now - timedelta(hours=1)).replace(microsecond=0).isoformat()
    item = {"kind": "blood_pressure", "measured_at": at, "systolic": 121, "diastolic": 79}
    return json.dumps({**item, **named}).encode()


ENTRIES = (
    entry(
        "readings",
        POST=Call(
            gets=DEVICES,
            answers=201,
            body=reading,
            content_type="application/json",
            empty=422,
            formats=PLAIN,
        ),
    ),
    # Who asks is no matter here, but what they present; tests/unit/devices/member_apps does.
    entry("oauth-token", POST=Call(gets=everybody(ALLOWED), answers=400, empty=400)),
    entry("oauth-revoke", POST=Call(gets=everybody(ALLOWED), answers=400, empty=400)),
    entry(
        "devices",
        GET=Call(gets=api(ALLOWED), health=Shows.WATCHED, formats=JSON),
    ),
    entry(
        "patient-readings",
        GET=Call(gets=HEALTH_API, health=Shows.SUBJECT, formats=JSON),
    ),
)
