"""One reading in a post, taken on the event loop and committed with what others send just now."""

from typing import Final

from devices import rate_limits
from devices.api.readings import bearer, encoded
from devices.rate_limits import TooFast
from devices.together import company
from devices.wire import native
from devices.wire.batch import Unreadable
from healthcare.accounts.credentials import token_hash
from healthcare.rest.front import Answer, Headers

DEVICE_PREFIX = "mmd_"
PLAIN: Final = native.JSON.encode()


async def post_one(headers: Headers, body: bytes) -> Answer | None:
    """Store a bare item of a device; committed when this returns an answer, which is a 201.

    None: nothing was stored and nothing counted. Whatever is wrong with it or unusual about it,
    the view at this address finds it, and says it.
    """
    token = bearer(headers.get(b"authorization", b"").decode("latin1"))
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip()
    plain = media_type == PLAIN and b"content-encoding" not in headers
    if not plain or not token.startswith(DEVICE_PREFIX):
        return None
    allowance = rate_limits.of_token(token)
    try:
        allowance.take_post()
        batch = native.read(body, native.JSON)
        allowance.take_items(len(batch))
        result = await company.receive(batch, hash=token_hash(token)) if batch.bare else None
    except (TooFast, Unreadable):
        result = None
    if result is None:
        allowance.give_back()
        return None
    return Answer(201, native.JSON, encoded([result]))
