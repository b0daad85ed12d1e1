"""Who passes which door: the verdicts that several routes share."""

from tests.matrix.principals import HALFWAY, PRINCIPALS, SESSIONS, TOKENS
from tests.matrix.table import ALLOWED, ELSEWHERE, FORBIDDEN, HIDDEN, SIGN_IN, Gets, Verdict

CLINICIANS = ("alice", "bob", "charlie")
MEMBERS = ("hanako", "ume", "goro", "jiro")
OPERATORS = ("olga", "oscar")
# Her account is closed: her session and her token are nobody's.
CLOSED = ("dora",)


def everybody(verdict: Verdict) -> Gets:
    """The same for everyone, whoever they say they are."""
    return dict.fromkeys(PRINCIPALS, verdict)


def page(*allowed: str, forbidden: tuple[str, ...] = ()) -> Gets:
    """A page of a role: sign in first; for other roles it does not exist. A token opens no page."""
    people = dict.fromkeys(set(SESSIONS) - set(CLOSED), HIDDEN)
    passed = dict.fromkeys(allowed, ALLOWED) | dict.fromkeys(forbidden, FORBIDDEN)
    return {**everybody(SIGN_IN), **people, **passed}


def api(default: Verdict, **others: tuple[str, ...]) -> Gets:
    """The people's API: by session or by token alike; devices have no business here.

    `api(FORBIDDEN, allowed=MEMBERS, hidden=(...))`
    """
    gets = {**everybody(SIGN_IN), **dict.fromkeys([*SESSIONS, *TOKENS], default)}
    for verdict, names in others.items():
        for name in names:
            gets[name] = gets[f"{name} token"] = Verdict[verdict.upper()]
    for name in CLOSED:
        gets[name] = gets[f"{name} token"] = SIGN_IN
    return {**gets, "revoked token": SIGN_IN}


def either_way(**statuses: int) -> dict[str, int]:
    """The same status by session and by token: `except_for=either_way(goro=422)`."""
    return {name + way: status for name, status in statuses.items() for way in ("", " token")}


CLINIC = page(*CLINICIANS, forbidden=("eve",))
# Who watches along and has no record of their own is led to whom they watch.
MY = {**page(*MEMBERS), "watcher": ELSEWHERE}
FAMILY = page(*MEMBERS, "watcher")
OPERATOR = page(*OPERATORS, forbidden=("otto",))
SUPPORT = page("sam")
PLATFORM = page("ada")
# Whoever watches somebody reads through this door; others find nobody behind it.
HEALTH_API = api(HIDDEN, allowed=(*CLINICIANS, *MEMBERS))
# One's own sign-in, whatever the role; of these pages, who owes a factor reaches the way to one.
OWN = page(*(name for name in SESSIONS if name not in CLOSED), *HALFWAY)
