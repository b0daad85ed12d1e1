"""The operators' pages and their imports through the API: membership and money, no health data."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.expectations.who import OPERATOR, OPERATORS, api
from tests.matrix.people import About
from tests.matrix.table import FORBIDDEN, JSON, Call, entry

IMPORTS = api(FORBIDDEN, allowed=OPERATORS)
BASE = b"operator_subscriber_id,activated_on,msisdn\nS1,2020-04-01,09011110001\n"
COMMITTED = {"run_id": "committed runs"}


def upload(*_: Any) -> dict[str, Any]:
    """A subscriber file, anew for each request."""
    return {"file": SimpleUploadedFile("base.csv", BASE, "text/csv"), "encoding": "utf-8"}


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
    entry(
        "portal:operator:approve",
        POST=Call(gets=OPERATOR, answers=302, body={"words": "load 2 rows"}, empty=302),
    ),
    *(
        entry(f"portal:operator:{order}", POST=Call(gets=OPERATOR, answers=302, body={}, empty=302))
        for order in ("pause", "resume", "cancel")
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
        "import-rollback",
        POST=Call(
            gets=IMPORTS, body={"dry_run": True}, content_type="application/json", formats=JSON
        ),
    ),
)
