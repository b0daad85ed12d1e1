"""The words in which `expectations/` says what each route answers to whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from tests.matrix.people import About
from tests.matrix.principals import Principal


class Verdict(Enum):
    """What a principal gets. `ALLOWED` concerns what is within their reach; whatever is not is
    `HIDDEN` from them, and so is what does not exist."""

    ALLOWED = "allowed"
    HIDDEN = "hidden"  # 404, the same for foreign and absent
    SIGN_IN = "sign in"  # to the sign-in page, or 401
    FORBIDDEN = "forbidden"  # 403, whatever is asked for
    ELSEWHERE = "elsewhere"  # 302 to the page that is theirs, whatever is asked for
    FACTOR = "factor"  # 302 to the page where a second factor is set up, whatever is asked for


ALLOWED, HIDDEN, SIGN_IN, FORBIDDEN, ELSEWHERE, FACTOR = Verdict
Gets = Mapping[str, Verdict]
# Whoever owes a second factor reaches no page but the way to one, the way out and the look of the
# pages, whatever an entry says. To the API they are nobody, as entries say.
WITHOUT_FACTOR = (
    "/account/second-factor",
    "/account/confirm",
    "/sign-in/answer",
    "/sign-out",
    "/language",
    "/theme",
)
API = "/api/"


class Shows(Enum):
    """Of whom an allowed answer says something."""

    SUBJECT = "the person whose page or file it is"
    WATCHED = "everybody whose health data the principal may see"


Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Format:
    """A way of asking for the same thing.

    Attributes:
        answers: the status that everybody gets for it, when it is not offered.
    """

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    answers: int | None = None


PAGE = (
    Format("page"),
    Format("fragment", {"HX-Request": "true"}),
    Format("Accept: JSON", {"Accept": "application/json"}),
    Format("in Japanese", {"Accept-Language": "ja"}),
)
JSON = (
    Format("JSON"),
    Format("Accept: JSON", {"Accept": "application/json"}),
    Format("?format=json", query={"format": "json"}),
    Format("Accept: HTML", {"Accept": "text/html"}, answers=406),
    Format("?format=api", query={"format": "api"}, answers=404),
    Format("?format=csv", query={"format": "csv"}, answers=404),
)
PLAIN = (Format("as it comes"), Format("Accept: JSON", {"Accept": "application/json"}))


@dataclass(frozen=True, kw_only=True)
class Call:
    """A method of a route.

    Attributes:
        gets: every principal's verdict; `expectations/who.py` has those of the doors there are.
        answers: status of an allowed answer; `except_for` has those of single principals,
            `except_when_valid` for a valid body only.
        query: parameters without which it would only complain.
        body: a valid body, or what makes one from (client, world, principal).
        empty: status of an allowed answer to an empty body; None for GET.
        content_type: of the body; a form unless said.
        health: whose health data it shows. Exactly those leave an access event, and the answer
            has to hold a canary of theirs (`visible=False`: it shows figures without canaries).
        tells: who else is named or billed in it, to prove that those canaries are alive.
        health_when_empty: whose it shows when it refuses an empty body.
        asked_as: only these ask, where the answer is dear and knows nobody.
        of: the kind of subject of a path parameter, where it is narrower than usual.
    """

    gets: Gets
    answers: int = 200
    except_for: Mapping[str, int] = field(default_factory=dict)
    except_when_valid: Mapping[str, int] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | bytes | Callable[..., Any] | None = None
    empty: int | None = None
    content_type: str = ""
    health: Shows | None = None
    visible: bool = True
    tells: tuple[About, ...] = ()
    health_when_empty: Shows | None = None
    asked_as: tuple[str, ...] = ()
    of: Mapping[str, str] = field(default_factory=dict)
    formats: tuple[Format, ...] = PAGE

    def verdict_for(self, principal: Principal, path: str) -> Verdict:
        """Before it is looked at what is asked for."""
        if principal.owes_factor and not path.startswith((API, *WITHOUT_FACTOR)):
            return FACTOR
        return self.gets[principal.name]

    def status_for(self, principal: str, *, empty: bool) -> int:
        """Of an allowed answer."""
        if principal in self.except_for:
            return self.except_for[principal]
        if empty and self.empty is not None:
            return self.empty
        return self.except_when_valid.get(principal, self.answers)


@dataclass(frozen=True)
class Entry:
    """A route with its methods. Every other method answers 405, or as if hidden."""

    name: str
    calls: Mapping[Method, Call]


def entry(name: str, **calls: Call) -> Entry:
    """`entry("portal:my:home", GET=Call(...))`."""
    return Entry(name, calls)  # type: ignore[arg-type]
