"""Sign-ins under way at other providers, kept in the browser's session until the answer comes.

Each has a state of its own that is used once and for ten minutes, so an answer that was not asked
for in this browser, or comes a second time, finds nothing.
"""

import secrets
import time
from dataclasses import asdict, dataclass
from enum import StrEnum

from django.http import HttpRequest

KEY = "attempts_elsewhere"
LIVES_SECONDS = 600
AT_MOST = 5  # somebody who opened several tabs


class Purpose(StrEnum):
    """What the answer is wanted for."""

    SIGN_IN = "sign in"
    LINK = "link"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to a provider and back. `session_id` is who asked (`accounts.Session`), when they
    were signed in already; `back_to` a page of ours or empty."""

    provider_id: int
    purpose: str
    back_to: str
    session_id: int | None
    state: str
    nonce: str
    verifier: str
    begun_at: float


def begin(
    request: HttpRequest,
    *,
    provider_id: int,
    purpose: Purpose,
    back_to: str,
    session_id: int | None,
) -> Attempt:
    """Draw the secrets of an attempt and remember it."""
    attempt = Attempt(
        provider_id=provider_id,
        purpose=purpose.value,
        back_to=back_to,
        session_id=session_id,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        begun_at=time.time(),
    )
    kept = [*request.session.get(KEY, []), asdict(attempt)]
    request.session[KEY] = kept[-AT_MOST:]
    return attempt


def take(request: HttpRequest, *, state: str) -> Attempt | None:
    """The attempt of this state, which is thereby used up; None when there is none that lives."""
    kept = [Attempt(**one) for one in request.session.get(KEY, [])]
    found = next((one for one in kept if secrets.compare_digest(one.state, state)), None)
    if found is None:
        return None
    request.session[KEY] = [asdict(one) for one in kept if one is not found]
    return found if time.time() - found.begun_at < LIVES_SECONDS else None
