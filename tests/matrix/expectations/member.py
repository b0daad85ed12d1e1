"""The members' pages: their own record and nobody else's."""

import json
import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.matrix.expectations.who import FAMILY, MY
from tests.matrix.people import About
from tests.matrix.table import PLAIN, Call, Shows, entry


def confirmation(client: Client, *_: Any) -> dict[str, str]:
    """The figures that the page before showed, signed; nothing where it shows none."""
    page = client.post(reverse("portal:my:preview"), {"package": "premium"}).content.decode()
    signed = re.search(r'name="shown" value="([^"]+)"', page)
    return {"shown": signed[1]} if signed else {}


def heard(_: Any, world: Any, principal: str) -> bytes:
    """What a cuff of theirs said an hour ago, as the measuring page passes it on; of those who
    have none, what nobody's said."""
    at = (world.now - timedelta(hours=1)).replace(microsecond=0).isoformat()
    item = {"kind": "ble", "characteristic": "2A35", "value": "0079004f005d00"}
    named = {"device": world.serials.get(principal, "NOBODYS-CUFF")}
    return json.dumps({"readings": [{**item, **named, "received_at": at}]}).encode()


ENTRIES = (
    entry("portal:my:home", GET=Call(gets=MY, health=Shows.WATCHED)),
    entry("portal:my:measure", GET=Call(gets=MY)),
    entry(
        "portal:my:send-readings",
        POST=Call(
            gets=MY,
            body=heard,
            content_type="application/json",
            empty=200,
            formats=PLAIN,
        ),
    ),
    entry("portal:my:readings", GET=Call(gets=MY, health=Shows.WATCHED)),
    entry(
        "portal:my:single-readings",
        GET=Call(gets=MY, health=Shows.WATCHED),
        # Somebody else's or absent; tests/unit/portal/test_single_readings.py speaks of their own.
        POST=Call(gets=MY, answers=404, body={"do": "not_me", "reading": "x"}, empty=404),
    ),
    entry("portal:my:sleep", GET=Call(gets=MY, health=Shows.WATCHED, visible=False)),
    entry("portal:my:body", GET=Call(gets=MY, health=Shows.WATCHED)),
    entry("portal:my:packages", GET=Call(gets=MY)),
    entry(
        "portal:my:preview",
        # The former holder has no contract that could pay.
        POST=Call(gets=MY, body={"package": "premium"}, empty=422, except_for={"goro": 422}),
    ),
    entry(
        "portal:my:confirm",
        POST=Call(gets=MY, answers=302, body=confirmation, empty=404, except_for={"goro": 404}),
    ),
    entry("portal:my:invoices", GET=Call(gets=MY, tells=())),
    entry(
        "portal:my:invoice",
        GET=Call(gets=MY, tells=(About.BILL, About.IDENTITY)),
    ),
    entry(
        "portal:my:consent",
        GET=Call(gets=MY),
        POST=Call(gets=MY, answers=302, body={"purpose": "research", "do": "give"}, empty=404),
    ),
    entry("portal:my:seen", GET=Call(gets=MY)),
    entry(
        "portal:my:devices",
        GET=Call(gets=MY, health=Shows.WATCHED),
        POST=Call(
            gets=MY,
            answers=422,
            body={"code": "NOSUCHCODE12"},
            empty=422,
            health=Shows.WATCHED,
            health_when_empty=Shows.WATCHED,
        ),
    ),
    entry("portal:my:give-back", POST=Call(gets=MY, answers=302, body={}, empty=302)),
    entry(
        "portal:my:whose",
        # Nothing waits for an answer here: tests/unit/portal/test_devices.py asks.
        GET=Call(gets=MY),
        POST=Call(gets=MY, answers=404, body={"item": "1", "do": "mine"}, empty=404),
    ),
    entry(
        "portal:my:apps",
        GET=Call(gets=MY),
        # The app is hanako's: to others it is absent.
        POST=Call(
            gets=MY,
            answers=404,
            body=lambda _, world, __: {"app": str(world.app)},
            except_when_valid={"hanako": 302},
            empty=404,
        ),
    ),
    entry(
        "portal:my:authorize",
        # No app asks: its own tests let one.
        GET=Call(gets=MY, answers=400, empty=400),
        POST=Call(gets=MY, answers=400, body={"do": "allow"}, empty=400),
    ),
    entry(
        "portal:my:family",
        GET=Call(gets=MY),
        POST=Call(gets=MY, body={}, empty=200),
    ),
    entry("portal:my:end-watching", POST=Call(gets=MY, answers=302, body={}, empty=302)),
    entry(
        "portal:my:watching",
        GET=Call(gets=FAMILY),
    ),
    entry(
        "portal:my:join-watching",
        POST=Call(gets=FAMILY, answers=302, body={"code": "NOSUCHCODE12"}, empty=302),
    ),
    entry(
        "portal:my:along",
        GET=Call(gets=FAMILY, health=Shows.SUBJECT, of={"patient_id": "watched"}),
    ),
    entry(
        "portal:my:along-readings",
        GET=Call(gets=FAMILY, health=Shows.SUBJECT, of={"patient_id": "watched"}),
    ),
    entry(
        "portal:my:along-sleep",
        GET=Call(gets=FAMILY, health=Shows.SUBJECT, visible=False, of={"patient_id": "watched"}),
    ),
    entry(
        "portal:my:leave-watching",
        POST=Call(gets=FAMILY, answers=302, body={}, empty=302, of={"patient_id": "watched"}),
    ),
)
