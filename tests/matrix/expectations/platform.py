"""The platform administrators' pages: who did and who saw what, and no health data."""

from tests.matrix.expectations.who import PLATFORM
from tests.matrix.table import PAGE, Call, entry

ENTRIES = (
    entry("portal:platform:home", GET=Call(gets=PLATFORM)),
    entry(
        "portal:platform:audit",
        GET=Call(gets=PLATFORM),
        POST=Call(gets=PLATFORM, body={"person": "hanako"}, empty=200, formats=PAGE[:2]),
    ),
)
