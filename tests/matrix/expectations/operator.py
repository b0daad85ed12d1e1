"""The operators' pages and their imports through the API: membership and money, no health data."""

import json
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.expectations.who import OPERATOR, OPERATORS, api
from tests.matrix.people import About
from tests.matrix.table import FORBIDDEN, JSON, Call, entry

IMPORTS = api(FORBIDDEN, allowed=OPERATORS)
BASE = b"operator_subscriber_id,activated_on,msisdn\nS1,2020-04-01,09011110001\n"
DEFINITION = {
    "columns": {
        name: {"from": name} for name in ("operator_subscriber_id", "activated_on", "msisdn")
    }
}
COUNTING = count()
COMMITTED = {"run_id": "committed runs"}


def upload(*_: Any) -> dict[str, Any]:
    """A subscriber file, anew for each request."""
    return {"file": SimpleUploadedFile("base.csv", BASE, "text/csv"), "encoding": "utf-8"}


def sample(*_: Any) -> dict[str, Any]:
    """A file to try a definition on, anew for each request."""
    file = SimpleUploadedFile("base.csv", BASE, "text/csv")
    return {"file": file, "definition": json.dumps(DEFINITION)}


def version(*_: Any) -> dict[str, Any]:
    """A definition under a name that nobody took: the same again would be 200."""
    return {"name": f"theirs-{next(COUNTING)}", "definition": DEFINITION}


def first_sample(*_: Any) -> dict[str, Any]:
    """A file that begins a mapping, anew for each request."""
    file = SimpleUploadedFile("base.csv", BASE, "text/csv")
    form = {"name": "theirs", "delimiter": ",", "header_lines": 1, "trailer_count_in": 2}
    return {"file": file, **form}


def wave(*_: Any) -> dict[str, Any]:
    """A wave under a name that nobody took."""
    return {
        "name": f"wave {next(COUNTING)}",
        "cut_over_on": "2026-11-01",
        "starts_at": "2026-12-01T09:00",
        "first": "console",
        "pace": 60,
        "expiry_days": 30,
        "reminder_days": 10,
    }


def month(_: Any, world: Any, *__: Any) -> dict[str, str]:
    """The running month."""
    return {"month": f"{world.today:%Y-%m}"}


ENTRIES = (
    entry("portal:operator:imports", GET=Call(gets=OPERATOR)),
    entry(
        "portal:operator:upload",
        GET=Call(gets=OPERATOR),
        POST=Call(gets=OPERATOR, answers=302, body=upload, empty=422),
    ),
    entry("portal:operator:batch", GET=Call(gets=OPERATOR, tells=(About.IDENTITY,))),
    entry("portal:operator:rejects", GET=Call(gets=OPERATOR, tells=(About.IDENTITY,))),
    entry("portal:operator:reconciliation", GET=Call(gets=OPERATOR)),
    entry("portal:operator:outcomes", GET=Call(gets=OPERATOR)),
    entry(
        "portal:operator:approve",
        POST=Call(gets=OPERATOR, answers=302, body={"words": "load 2 rows"}, empty=302),
    ),
    *(
        entry(f"portal:operator:{order}", POST=Call(gets=OPERATOR, answers=302, body={}, empty=302))
        for order in ("pause", "resume", "cancel")
    ),
    entry("portal:operator:template", GET=Call(gets=OPERATOR)),
    entry("portal:operator:mappings", GET=Call(gets=OPERATOR)),
    entry("portal:operator:mapping", GET=Call(gets=OPERATOR)),
    entry("portal:operator:mapping-template", GET=Call(gets=OPERATOR)),
    entry(
        "portal:operator:new-mapping",
        GET=Call(gets=OPERATOR),
        POST=Call(gets=OPERATOR, body=first_sample, empty=422),
    ),
    entry("portal:operator:invitations", GET=Call(gets=OPERATOR)),
    entry(
        "portal:operator:new-wave",
        GET=Call(gets=OPERATOR),
        POST=Call(gets=OPERATOR, answers=302, body=wave, empty=422),
    ),
    entry("portal:operator:wave", GET=Call(gets=OPERATOR)),
    *(
        entry(f"portal:operator:{order}", POST=Call(gets=OPERATOR, answers=302, body={}, empty=302))
        for order in ("start-wave", "pause-wave", "resume-wave", "cancel-wave", "try-again")
    ),
    entry(
        "portal:operator:opt-out",
        POST=Call(
            gets=OPERATOR, answers=422, body={"operator_subscriber_id": "nobody's"}, empty=422
        ),
    ),
    entry("portal:operator:devices", GET=Call(gets=OPERATOR)),
    entry("portal:operator:billing", GET=Call(gets=OPERATOR)),
    entry(
        "portal:operator:start-billing",
        POST=Call(gets=OPERATOR, answers=302, body=month, empty=422),
    ),
    entry("portal:operator:run", GET=Call(gets=OPERATOR, tells=(About.IDENTITY, About.BILL))),
    entry("portal:operator:commit", POST=Call(gets=OPERATOR, answers=302, body={}, empty=302)),
    entry(
        "portal:operator:charges",
        POST=Call(gets=OPERATOR, body={}, empty=200, of=COMMITTED, tells=(About.BILL,)),
    ),
    entry(
        "imports",
        GET=Call(gets=IMPORTS, formats=JSON),
        POST=Call(
            gets=IMPORTS,
            answers=202,
            body=upload,
            content_type="multipart/form-data",
            empty=400,
            formats=JSON,
        ),
    ),
    entry("import", GET=Call(gets=IMPORTS, formats=JSON)),
    entry("import-rejects", GET=Call(gets=IMPORTS, formats=JSON, tells=(About.IDENTITY,))),
    entry("import-outcomes", GET=Call(gets=IMPORTS, formats=JSON)),
    entry(
        "import-approve",
        POST=Call(
            gets=IMPORTS,
            answers=409,
            body={"words": "load 2 rows"},
            empty=400,
            content_type="application/json",
            formats=JSON,
        ),
    ),
    *(
        entry(
            f"import-{order}",
            POST=Call(
                gets=IMPORTS,
                answers=409,
                body={},
                empty=409,
                content_type="application/json",
                formats=JSON,
            ),
        )
        for order in ("pause", "resume", "cancel")
    ),
    entry(
        "mappings",
        GET=Call(gets=IMPORTS, formats=JSON),
        POST=Call(
            gets=IMPORTS,
            answers=201,
            body=version,
            empty=400,
            content_type="application/json",
            formats=JSON,
        ),
    ),
    entry("import-template", GET=Call(gets=IMPORTS, formats=JSON)),
    entry("mapping", GET=Call(gets=IMPORTS, formats=JSON)),
    entry("mapping-template", GET=Call(gets=IMPORTS, formats=JSON)),
    entry(
        "mapping-try",
        POST=Call(
            gets=IMPORTS,
            body=sample,
            content_type="multipart/form-data",
            empty=400,
            formats=JSON,
        ),
    ),
    entry(
        "import-rollback",
        POST=Call(
            gets=IMPORTS, body={"dry_run": True}, content_type="application/json", formats=JSON
        ),
    ),
)
