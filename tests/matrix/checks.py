"""What may be wrong with an answer. Each check answers with sentences; none is good news."""

import importlib.util
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from tests.matrix.asking import Answer
from tests.matrix.people import About, found_in
from tests.matrix.table import ALLOWED, HIDDEN, Shows, Verdict
from tests.matrix.world import World

Check = Callable[[World, Answer], Iterator[str]]
REFUSED = {302, 401, 403, 404, 405}


def verdict(answer: Answer) -> Verdict:
    """What the table says for this principal and this subject."""
    question = answer.question
    assert question.call is not None
    said = question.call.verdict_for(question.principal, question.route.path)
    if said is ALLOWED and question.subject and not question.subject.within(question.principal):
        return HIDDEN
    return said


def status(world: World, answer: Answer) -> Iterator[str]:
    """It is what the table says."""
    expected = _statuses(answer)
    if answer.status not in expected:
        wanted = " or ".join(str(code) for code in sorted(expected))
        yield f"answers {answer.status}, not {wanted}: {answer.text[:200]!r}"
    elif _goes_astray(answer):
        yield "leads to the sign-in page, though it is allowed"
    elif verdict(answer) is Verdict.FACTOR and not _to_a_factor(answer):
        yield f"leads to {answer.response['Location']}, not to where a second factor is set up"


def _goes_astray(answer: Answer) -> bool:
    """Whether an allowed answer leads to the sign-in page, as only signing out may."""
    signs_out = answer.question.route.name == "portal:sign-out"
    return _to_sign_in(answer) and verdict(answer) is ALLOWED and not signs_out


def _statuses(answer: Answer) -> set[int]:
    question = answer.question
    if question.call is None:
        return REFUSED
    if question.format.answers is not None:
        # What is not offered is refused before or after the door; never given.
        return {question.format.answers, 401, 403, 404}
    match verdict(answer):
        case Verdict.ALLOWED:
            return {question.call.status_for(question.principal.name, empty=question.empty)}
        case Verdict.HIDDEN:
            return {404}
        case Verdict.FORBIDDEN:
            return {403}
        case Verdict.ELSEWHERE | Verdict.FACTOR:
            return {302}
        case Verdict.SIGN_IN:
            return {302} if _to_sign_in(answer) else {401}
    raise AssertionError("every verdict has its statuses")


def _to_sign_in(answer: Answer) -> bool:
    return answer.status == 302 and answer.response["Location"].startswith("/sign-in")


def _to_a_factor(answer: Answer) -> bool:
    return str(answer.response["Location"]) == "/account/second-factor"


def leaks(world: World, answer: Answer) -> Iterator[str]:
    """Nobody is told of somebody whom they may not see; addresses and headers tell of nobody."""
    sees = answer.question.principal.sees
    for person, about in sorted(found_in(answer.text)):
        if about not in sees.get(person, ()):
            yield f"leaks {about.value} of {person}"
    for person, about in sorted(found_in(answer.headers)):
        yield f"has {about.value} of {person} in its headers"


def shows(world: World, answer: Answer) -> Iterator[str]:
    """What is declared is there: else the canaries would prove nothing."""
    call, who = answer.question.call, _health(answer)
    if call is None or not _given(answer):
        return
    found = found_in(answer.text)
    if call.visible:
        for person in who:
            if (person, About.HEALTH) not in found:
                yield f"shows no health data of {person}, though the table says so"
    for about in call.tells:
        if not answer.question.empty and not any(kind is about for _, kind in found):
            yield f"tells nobody's {about.value}, though the table says so"


def noted(world: World, answer: Answer) -> Iterator[str]:
    """Every view of health data leaves exactly one access event, anything else none."""
    user = world.users.get(answer.question.principal.login)
    actor = ("user", str(user.pk) if user else "")
    expected = Counter((person, *actor) for person in _health(answer) if _given(answer))
    if answer.events != expected:
        yield f"leaves the access events {_said(answer.events)}, not {_said(expected)}"


def _said(events: Counter[tuple[str, str, str]]) -> list[str]:
    return [f"{person} by {kind} {actor} x{n}" for (person, kind, actor), n in events.items()]


def _given(answer: Answer) -> bool:
    """Whether this is an allowed answer in a format that there is."""
    return (
        answer.question.call is not None
        and verdict(answer) is ALLOWED
        and answer.question.format.answers is None
    )


def _health(answer: Answer) -> list[str]:
    question = answer.question
    if question.call is None:
        return []
    match question.call.health_when_empty if question.empty else question.call.health:
        case Shows.SUBJECT:
            return [question.subject.person] if question.subject else []
        case Shows.WATCHED:
            return question.principal.watches
        case None:
            return []


def _manners() -> Callable[[Any], None] | None:
    """Headers, cookies and the like, where tests/manners.py holds them."""
    if importlib.util.find_spec("tests.manners") is None:
        return None
    keep: Callable[[Any], None] = import_module("tests.manners").assert_manners
    return keep


MANNERS = _manners()


def manners(world: World, answer: Answer) -> Iterator[str]:
    """It keeps its manners."""
    if MANNERS is not None:
        try:
            MANNERS(answer.response)
        except AssertionError as error:
            yield f"forgets its manners: {error}"


def alike(answers: list[Answer]) -> Iterator[str]:
    """Foreign and absent look the same: whatever is hidden is so in the same words."""
    hidden = [a for a in answers if a.question.call is None or verdict(a) is not ALLOWED]
    for answer in hidden[1:]:
        for here, there in zip(answer.shape, hidden[0].shape, strict=True):
            if here != there:
                end = next((n for n, (a, b) in enumerate(zip(here, there)) if a != b), 20)  # noqa: B905  one may be shorter
                yield (
                    f"{answer.question}: differs from {hidden[0].question}:"
                    f" {here[end - 20 : end + 60]!r} is not {there[end - 20 : end + 60]!r}"
                )


ALL: tuple[Check, ...] = (status, leaks, shows, noted, manners)
LEAKS: tuple[Check, ...] = (leaks,)
