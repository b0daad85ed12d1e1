"""The clinicians' pages."""

from tests.matrix.expectations.who import CLINIC
from tests.matrix.people import About
from tests.matrix.table import Call, Shows, entry

ENTRIES = (
    entry(
        "portal:clinic:worklist",
        GET=Call(gets=CLINIC, health=Shows.WATCHED, tells=(About.IDENTITY,)),
        POST=Call(
            gets=CLINIC,
            body={"search": "Nx"},
            empty=200,
            health=Shows.WATCHED,
            health_when_empty=Shows.WATCHED,
        ),
    ),
    entry(
        "portal:clinic:patient",
        GET=Call(gets=CLINIC, health=Shows.SUBJECT, tells=(About.IDENTITY,)),
    ),
    entry(
        "portal:clinic:goal",
        POST=Call(
            gets=CLINIC,
            answers=302,
            body={"systolic": 130, "diastolic": 80},
            empty=422,
            health_when_empty=Shows.SUBJECT,
        ),
    ),
    entry(
        "portal:clinic:request-report",
        POST=Call(gets=CLINIC, answers=302, body={"days": 30}, empty=404),
    ),
    entry(
        "portal:clinic:report",
        GET=Call(gets=CLINIC, health=Shows.SUBJECT, tells=(About.IDENTITY,)),
    ),
    entry(
        "portal:clinic:alert",
        POST=Call(
            gets=CLINIC,
            answers=302,
            body={"do": "acknowledge", "note": "was called"},
            empty=404,
        ),
    ),
    entry(
        "portal:clinic:quarantine",
        # Nothing waits for a decision here: tests/unit/portal/test_devices.py asks.
        GET=Call(gets=CLINIC, tells=(About.IDENTITY,)),
        POST=Call(gets=CLINIC, answers=404, body={"do": "dismiss", "item": 1}, empty=404),
    ),
    entry(
        "portal:clinic:readings",
        # Whose reading is asked for: tests/unit/portal/test_single_readings.py decides about some.
        GET=Call(gets=CLINIC, health=Shows.SUBJECT, tells=(About.IDENTITY,)),
        POST=Call(gets=CLINIC, answers=404, body={"do": "withdraw", "reading": "x"}, empty=404),
    ),
    entry("portal:clinic:panels", GET=Call(gets=CLINIC)),
    entry(
        "portal:clinic:make-panel",
        # Nobody here is a lead: they are told so on the page they come back to.
        POST=Call(gets=CLINIC, answers=302, body={"name": "Hearts"}, empty=302),
    ),
    entry(
        "portal:clinic:panel",
        POST=Call(gets=CLINIC, answers=302, body={"do": "join"}, empty=404),
    ),
    entry(
        "portal:clinic:place",
        POST=Call(gets=CLINIC, answers=404, body={"panel": "0", "do": "off"}, empty=404),
    ),
    entry(
        "portal:clinic:emergency",
        GET=Call(gets=CLINIC),
        POST=Call(gets=CLINIC, answers=422, body={"reason": "found unconscious"}, empty=422),
    ),
    entry("portal:clinic:opened", GET=Call(gets=CLINIC, of={"patient_id": "opened"})),
    entry(
        "portal:clinic:close-opened",
        POST=Call(gets=CLINIC, answers=302, body={}, empty=302, of={"patient_id": "opened"}),
    ),
    # Nobody here is a lead.
    entry("portal:clinic:notices", GET=Call(gets=CLINIC, answers=404)),
    entry("portal:clinic:notice", POST=Call(gets=CLINIC, answers=404, body={}, empty=404)),
    entry(
        "portal:clinic:budget",
        POST=Call(
            gets=CLINIC, answers=302, body={"reason": "a night on call for two wards"}, empty=422
        ),
    ),
)
