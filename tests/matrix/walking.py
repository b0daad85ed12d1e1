"""Every question that an entry of the table raises, asked and checked."""

from collections.abc import Iterator, Sequence
from itertools import product

from tests.matrix import checks
from tests.matrix.asking import Answer, Question, ask
from tests.matrix.checks import Check
from tests.matrix.principals import PRINCIPALS, SESSIONS, Principal
from tests.matrix.routes import METHODS, Route
from tests.matrix.subjects import NOTHING, SUBJECT_OF, Subject, all_of
from tests.matrix.table import ALLOWED, HIDDEN, SIGN_IN, Call, Entry, Format
from tests.matrix.world import World

ANY_FORMAT = Format("as it comes")
# Methods that are not there are refused before anybody is looked at: these stand for all.
CURIOUS = [p for p in PRINCIPALS.values() if p.way != "token" or p.name in ("alice token",)]
UNKNOWN = (*METHODS, "OPTIONS", "HEAD")


def subjects(world: World, route: Route, call: Call | None) -> Sequence[Subject | None]:
    """Own, foreign and absent for the parameter of a route."""
    if not route.parameters:
        return [None]
    (parameter,) = route.parameters
    kind = (call.of if call else {}).get(parameter, SUBJECT_OF.get(parameter, ""))
    if kind not in world.subjects:
        raise LookupError(
            f"{route.path}: no subjects for {parameter!r}; say what it names in"
            " tests/matrix/subjects.py and make some in tests/matrix/world.py"
        )
    return all_of(world.subjects[kind])


def wrong(
    world: World, route: Route, method: str, call: Call, tests: Sequence[Check] = checks.ALL
) -> list[str]:
    """Everything that is wrong with a declared method of a route."""
    found: list[str] = []
    everything = subjects(world, route, call)
    for principal in (PRINCIPALS[name] for name in call.asked_as or PRINCIPALS):
        some = _some(everything, principal)
        # Who does not get past the door is asked once; who does, in every format. A token opens no
        # page, whoever's it is and whatever is asked for.
        verdict = call.verdict_for(principal, route.path)
        passes = verdict in (ALLOWED, HIDDEN)
        if verdict is SIGN_IN and principal.way == "token":
            some = some[:1]
        series = [(call.formats[0], False, everything if passes else some)]
        if passes:
            series += [(asked_as, False, some) for asked_as in call.formats[1:]]
        if call.empty is not None:
            series.append((call.formats[0], True, some))
        for asked_as, empty, asked_for in series:
            answers = [
                ask(world, Question(route, method, call, principal, asked_as, subject, empty))
                for subject in asked_for
            ]
            found += _wrong(world, answers, tests)
    return found


def by_session(world: World, route: Route, method: str, call: Call) -> Question | None:
    """A method of a route as somebody signed in who may, for what is theirs where there is such.
    None where nobody who is signed in gets past the door."""
    everything = subjects(world, route, call)
    allowed = [name for name in SESSIONS if call.gets[name] is ALLOWED]
    hidden = [name for name in SESSIONS if call.gets[name] is HIDDEN]
    candidates = [PRINCIPALS[name] for name in allowed or hidden]
    questions = [
        Question(route, method, call, principal, call.formats[0], subject)
        for principal in candidates
        for subject in everything
        if subject is None or subject.within(principal)
    ]
    # Of some things nobody owns one: whoever passes the door asks for what is absent.
    nobodys = [Question(route, method, call, one, call.formats[0], NOTHING) for one in candidates]
    return next(iter([*questions, *nobodys]), None)


def _some(everything: Sequence[Subject | None], principal: Principal) -> Sequence[Subject | None]:
    """One that is own, one that is foreign, one that is absent: each further format is asked for
    these, the first for all."""
    own = [s for s in everything if s and s.within(principal)][:1]
    foreign = [s for s in everything if s and s.exists and not s.within(principal)][:1]
    return [*own, *foreign, NOTHING] if everything[0] else everything


def wrong_otherwise(world: World, route: Route, entry: Entry) -> list[str]:
    """Everything that is wrong with the methods that the route does not declare."""
    found: list[str] = []
    for principal, method in product(CURIOUS, UNKNOWN):
        if method in entry.calls or (method in ("HEAD", "OPTIONS") and "GET" not in entry.calls):
            continue
        found += _otherwise(world, route, method, entry, principal)
    return found


def _otherwise(
    world: World, route: Route, method: str, entry: Entry, principal: Principal
) -> Iterator[str]:
    call = entry.calls.get("GET") or next(iter(entry.calls.values()))
    for subject in _some(subjects(world, route, call), principal):
        answer = ask(world, Question(route, method, None, principal, ANY_FORMAT, subject))
        allowed = checks.REFUSED | ({200, 422} if method in ("HEAD", "OPTIONS") else set())
        if answer.status not in allowed:
            yield f"{answer.question}: answers {answer.status} to a method it does not have"
        for check in (checks.leaks, checks.manners):
            yield from (f"{answer.question}: {said}" for said in check(world, answer))
        if answer.events and method != "HEAD":
            yield f"{answer.question}: leaves access events"


def _wrong(world: World, answers: list[Answer], tests: Sequence[Check]) -> Iterator[str]:
    for answer in answers:
        for check in tests:
            yield from (f"{answer.question}: {said}" for said in check(world, answer))
    if tests is checks.ALL:
        yield from checks.alike(answers)
