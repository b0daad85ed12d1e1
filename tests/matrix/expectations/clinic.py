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
)
