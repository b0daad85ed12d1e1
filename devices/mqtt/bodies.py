"""Which reader reads a body: the one place of this door that knows formats."""

from devices.models import DeadLetterReason
from devices.mqtt.messages import Refused
from devices.wire.batch import Batch, TooMany, Unreadable
from devices.wire.formats import READERS


def read(body: bytes, media_type: str) -> Batch:
    """The items of a body. Raises Refused."""
    if media_type not in READERS:
        raise Refused(
            DeadLetterReason.UNSUPPORTED,
            415,
            f"{media_type[:80]}: send {' or '.join(READERS)}.",
        )
    try:
        return READERS[media_type](body)
    except TooMany as problem:
        raise Refused(DeadLetterReason.TOO_LARGE, 413, str(problem)) from None
    except Unreadable as problem:
        raise Refused(DeadLetterReason.UNREADABLE, 400, str(problem)) from None
