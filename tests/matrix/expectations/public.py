"""What anybody reaches: probes, the API's description, signing in and out."""

from tests.matrix.expectations.who import CLOSED, MEMBERS, SUPPORT, everybody
from tests.matrix.principals import SESSIONS
from tests.matrix.table import ALLOWED, ELSEWHERE, PAGE, PLAIN, SIGN_IN, Call, Format, entry

ANYBODY = everybody(ALLOWED)
SIGNED_IN = {name: 302 for name in SESSIONS if name not in CLOSED}
HOME = {**everybody(SIGN_IN), **dict.fromkeys(SIGNED_IN, ALLOWED)}
MEMBERS_GO_ON = dict.fromkeys((*MEMBERS, "watcher"), 302)
SOME = ("anonymous", "hanako", "alice token", "device")
SCHEMA = (
    Format("JSON"),
    Format("?format=json", query={"format": "json"}),
    Format("Accept: YAML", {"Accept": "application/vnd.oai.openapi"}),
    Format("?format=csv", query={"format": "csv"}, answers=404),
)

ENTRIES = (
    entry("/healthz", GET=Call(gets=ANYBODY, formats=PLAIN)),
    entry("/readyz", GET=Call(gets=ANYBODY, formats=PLAIN)),
    entry("schema", GET=Call(gets=ANYBODY, formats=SCHEMA, asked_as=SOME)),
    entry("docs", GET=Call(gets=ANYBODY, formats=(Format("page"),))),
    entry("portal:home", GET=Call(gets=HOME, answers=302)),
    *(
        entry(
            name,
            GET=Call(gets=ANYBODY, except_for=SIGNED_IN),
            POST=Call(
                gets=ANYBODY,
                body={"login": "alice", "password": "not hers"},
                empty=200,
                except_for=SIGNED_IN,
                formats=PAGE[:2],
            ),
        )
        # One page under two names: allauth looks for its own.
        for name in ("portal:sign-in", "account_login")
    ),
    entry("portal:sign-in-choose", GET=Call(gets=ANYBODY)),
    entry(
        "portal:sign-in-with",
        GET=Call(
            gets={**everybody(ALLOWED), **dict.fromkeys(SIGNED_IN, ELSEWHERE)},
            answers=302,
            of={"code": "providers to sign in at"},
        ),
    ),
    # An answer that was not asked for.
    entry("portal:sign-in-answered", GET=Call(gets=ANYBODY, answers=302)),
    entry("portal:sign-out", POST=Call(gets=ANYBODY, answers=302, body={}, empty=302)),
    entry(
        "portal:language",
        POST=Call(gets=ANYBODY, answers=302, body={"language": "ja"}, empty=302, formats=PAGE[:2]),
    ),
    entry("portal:theme", POST=Call(gets=ANYBODY, answers=302, body={"theme": "dark"}, empty=302)),
    entry(
        "portal:join",
        GET=Call(gets=ANYBODY, except_for=MEMBERS_GO_ON),
        POST=Call(
            gets=ANYBODY,
            answers=422,
            body={"code": "NOSUCHCODE12"},
            empty=422,
            except_for=MEMBERS_GO_ON,
            formats=PAGE[:2],
        ),
    ),
    # Nobody's link: what opens one is proved in tests/unit/portal/test_invited.py.
    *(
        entry(
            f"portal:{name}",
            GET=Call(gets=ANYBODY),
            POST=Call(gets=ANYBODY, body={}, empty=404, answers=404, formats=PAGE[:2]),
        )
        for name in ("invited", "decline")
    ),
    entry(
        "portal:support",
        GET=Call(gets=SUPPORT),
        POST=Call(gets=SUPPORT, body={"reason": "x"}, answers=422, empty=422),
    ),
    entry("portal:persons:queue", GET=Call(gets=SUPPORT)),
    entry("portal:persons:pair", GET=Call(gets=SUPPORT)),
    # A reason that is too short, so that the next who is asked for still finds the pair.
    entry(
        "portal:persons:decide",
        POST=Call(gets=SUPPORT, answers=302, body={"do": "same", "reason": "x"}, empty=302),
    ),
    entry(
        "portal:persons:take-apart",
        POST=Call(gets=SUPPORT, answers=302, body={"reason": "x"}, empty=302),
    ),
)
