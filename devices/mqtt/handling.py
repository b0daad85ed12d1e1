"""One message, from what the broker brought to what is committed: called before it is acknowledged.

A message that was taken in once and comes again finds its readings stored (`duplicate`) and its
letter kept, so it may be delivered any number of times.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from devices import authenticating, rate_limits, receiving
from devices.authenticating import Credential, Stale
from devices.ingesting.judging import NO_CONSENT
from devices.ingesting.results import Result, counts
from devices.models import DeadLetterReason
from devices.mqtt import dead_letters
from devices.mqtt.bodies import read
from devices.mqtt.messages import Letter, Message, Refused, letter, too_large
from devices.rate_limits import Allowance, TooFast
from healthcare.rest import problems

ATTEMPTS = 3
UNKNOWN = "The token is unknown or no longer good."
FAILED = "It could not be taken in, by an error of ours: it is kept, and a person looks at it."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: the status and the answer that HTTP would give to a list, and
    what is counted. `retry_after`: seconds, of a 429."""

    status: int
    answer: bytes
    counted: Counter[str]
    retry_after: int | None = None


def handle(message: Message, *, now: datetime, limited: bool = False) -> Outcome:
    """Take a message in, or keep it as a dead letter; it has committed when this returns.

    `limited`: its sender's rate limit holds, and nothing is done with what is above it, because
    the sender waits for an answer and sends it again. Raises the database's errors: then nothing
    was committed, and it must be asked again.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _once(message, now, limited=limited and attempt == 0)
        except Stale:
            continue  # a key, a holder or a consent changed while it was refused
        except TooFast as problem:
            return _too_fast(problem)
    return failed(message, now=now)


def failed(message: Message, *, now: datetime) -> Outcome:
    """Keep a message that an error of ours keeps out, so that it does not hold up the others."""
    refused = Refused(DeadLetterReason.FAILED, 500, FAILED)
    try:
        token = letter(message).token
        return _refuse(message, refused, authenticating.find(token, at=now), now)
    except (Refused, Stale):
        return _refuse(message, refused, None, now)


def _once(message: Message, now: datetime, *, limited: bool) -> Outcome:
    credential: Credential | None = None
    try:
        found = letter(message)
        allowance = rate_limits.of_token(found.token) if limited else None
        if allowance:
            allowance.take_post()
        credential = authenticating.find(found.token, at=now) if found.token else None
        if credential is None:
            raise Refused(DeadLetterReason.UNKNOWN_SENDER, 401, UNKNOWN)
        if message.is_cut:
            raise too_large(message)
        return _take_in(message, found, credential, allowance, now)
    except Refused as refused:
        return _refuse(message, refused, credential, now)


def _take_in(
    message: Message,
    found: Letter,
    credential: Credential,
    allowance: Allowance | None,
    now: datetime,
) -> Outcome:
    batch = read(found.body(), found.media_type)
    if allowance:
        allowance.take_items(len(batch))
    try:
        results = receiving.receive(batch, credential=credential, token=found.token)
    except receiving.NothingStored as refused:
        return _keep_whole(message, refused.results, credential, now)
    if results is None:
        raise Refused(DeadLetterReason.UNKNOWN_SENDER, 401, UNKNOWN)
    dead_letters.keep_items(
        message,
        batch=batch,
        results=results,
        content_type=found.media_type,
        credential=credential,
        now=now,
    )
    return _answered(results)


def _keep_whole(
    message: Message, results: Sequence[Result], credential: Credential, now: datetime
) -> Outcome:
    """Items that stand or fall together: nothing was stored of any."""
    if not any(result.code == NO_CONSENT for result in results):
        first = next(result for result in results if result.status == "rejected")
        dead_letters.keep_message(
            message,
            reason=DeadLetterReason.UNREADABLE,
            detail=f"{receiving.NOTHING_STORED} Item {first.index}: {first.detail}",
            credential=credential,
            now=now,
        )
    return _problem(422, receiving.NOTHING_STORED)


def _refuse(
    message: Message, refused: Refused, credential: Credential | None, now: datetime
) -> Outcome:
    if refused.reason == DeadLetterReason.UNKNOWN_SENDER:
        credential = None
    dead_letters.keep_message(
        message, reason=refused.reason, detail=refused.detail, credential=credential, now=now
    )
    return _problem(refused.status, refused.detail)


def _answered(results: Sequence[Result]) -> Outcome:
    counted = counts(results)
    body: dict[str, Any] = {**counted, "results": results}
    return Outcome(200, msgspec.json.encode(body), Counter({"readings": len(results), **counted}))


def _too_fast(problem: TooFast) -> Outcome:
    answer = msgspec.json.encode(problems.body(429, str(problem)))
    return Outcome(429, answer, Counter({"too_fast": 1}), problem.retry_after)


def _problem(status: int, detail: str) -> Outcome:
    answer = msgspec.json.encode(problems.body(status, detail))
    return Outcome(status, answer, Counter({"refused": 1}))
