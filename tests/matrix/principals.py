"""Who asks. Each principal with what they own or watch (`reach`) and what answers may tell them.

Adding one: a `Principal` here, its user in `world.py`, and its name where `expectations/who.py`
lists who passes a door. `test_completeness.py` holds that every `Role` has one.
"""

from dataclasses import dataclass, field
from typing import Literal

from tests.matrix.people import PEOPLE, About

Way = Literal["nothing", "session", "token", "device"]
NAMES, MONEY, HEALTH = About.IDENTITY, About.BILL, About.HEALTH
Sees = dict[str, set[About]]


@dataclass(frozen=True)
class Principal:
    """Somebody who sends requests.

    Attributes:
        reach: the owners (see `subjects.py`) of whatever they may open.
        sees: of whom they may be told what; of everybody else nothing, on any page.
        owes_factor: signed in by a password alone, in a role that must show more: see `table.py`.
    """

    name: str
    says: str
    way: Way = "session"
    reach: frozenset[str] = frozenset()
    sees: Sees = field(default_factory=dict)
    owes_factor: bool = False

    @property
    def login(self) -> str:
        """The user behind a session or a token."""
        return self.name.removesuffix(" token")

    @property
    def watches(self) -> list[str]:
        """The people whose health data they may see wherever it is shown. Who watches along does so
        on pages made for it alone."""
        return [key for key, about in self.sees.items() if HEALTH in about and key in self.reach]


def _self(name: str, says: str) -> Principal:
    return Principal(name, says, "session", frozenset({name}), {name: {NAMES, MONEY, HEALTH}})


def _clinician(name: str, says: str, hospital: str, *patients: str) -> Principal:
    reach = {hospital, *patients, *(f"{hospital}/{patient}" for patient in patients)}
    sees = {patient: {NAMES, HEALTH} for patient in patients}
    return Principal(name, says, "session", frozenset(reach), sees)


def _operator(name: str, says: str, operator: str, *subscribers: str) -> Principal:
    reach = {operator, *(f"{operator}/{subscriber}" for subscriber in subscribers)}
    sees = {subscriber: {NAMES, MONEY} for subscriber in subscribers}
    return Principal(name, says, "session", frozenset(reach), sees)


_PEOPLE = [
    _self("hanako", "a member"),
    _self("ume", "another member"),
    _self("goro", "a former holder: the contract ended, the number was recycled"),
    _self("jiro", "the new holder of goro's number"),
    Principal(
        "watcher",
        "a family watcher of hanako, without a record of their own",
        "session",
        frozenset({"watching/hanako"}),
        {"hanako": {NAMES, HEALTH}},
    ),
    _clinician("alice", "a clinician of Kita with care relationships", "kita", "hanako", "goro"),
    _clinician("bob", "a clinician of the same hospital", "kita", "hanako", "goro"),
    Principal("eve", "a clinician whose employment at Kita ended"),
    Principal("dora", "a clinician of Kita whose account was closed"),
    _clinician("charlie", "a clinician elsewhere", "minami", "ume"),
    # Looks a member up by the contract; the entry says whose. Ume may be hanako come again.
    Principal(
        "sam",
        "the support desk",
        "session",
        frozenset({"support"}),
        {"hanako": {NAMES, MONEY}, "ume": {NAMES}},
    ),
    _operator("olga", "staff of operator demo", "demo", "hanako", "taro", "goro", "jiro", "sada"),
    # Sada was a subscriber once: her name is known there, her bills at demo are not.
    Principal(
        "oscar",
        "staff of another operator",
        "session",
        frozenset({"other-telecom", "other-telecom/ume"}),
        {"ume": {NAMES, MONEY}, "sada": {NAMES}},
    ),
    Principal("otto", "an operator's staff without an operator"),
    # The audit log tells the totals of billing runs, and other-telecom bills ume alone.
    Principal("ada", "a platform administrator", sees={"ume": {MONEY}}),
]
_TOKENS = [
    Principal(f"{p.name} token", f"{p.says}, by personal token", "token", p.reach, p.sees)
    for p in _PEOPLE
]
# Not among `SESSIONS`: to no door is she somebody signed in. Her token would be alice's.
_HALFWAY = [
    Principal("fumi", "a clinician of Kita without her second factor", owes_factor=True),
]
_OTHERS = [
    Principal("anonymous", "nobody who signed in", "nothing"),
    Principal("revoked token", "alice's personal token after it was revoked", "token"),
    Principal("device", "hanako's device", "device", frozenset({"hanako"})),
    Principal("foreign device", "ume's device", "device", frozenset({"ume"})),
    Principal("gateway", "a gateway", "device", frozenset(PEOPLE)),
    Principal("member's app", "the app on hanako's phone", "device", frozenset({"hanako"})),
    Principal("revoked device", "a key of hanako's device that was revoked", "device"),
]

PRINCIPALS = {principal.name: principal for principal in [*_OTHERS, *_PEOPLE, *_HALFWAY, *_TOKENS]}
SESSIONS = [p.name for p in _PEOPLE]
TOKENS = [p.name for p in _TOKENS]
HALFWAY = [p.name for p in _HALFWAY]
