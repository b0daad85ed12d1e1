"""Files for those who send for us: a letter shop, an SMS gateway.

Four steps: the content under an unfinished name, on the disk; the row `OutboxFile` with its
messages, committed; the name; `published_at`. Whoever is killed before the commit leaves a file
that the next one writes over, and messages that wait; whoever is killed after it leaves a row by
which `publish` finishes. So each message stands in one file.
"""

import csv
import hashlib
import io
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import disk
from healthcare.inviting.models import Channel, InvitationWave, OutboxFile, OutboxMessage
from healthcare.inviting.outgoing import CannotSend, Outgoing
from healthcare.subscribers.loading.cells import escaped

logger = logging.getLogger(__name__)

# The base holds no street: the operator's letter shop knows it by the contract.
LETTER = ("message", "subscriber_id", "name", "postcode", "prefecture", "language", "subject",
          "text", "link")  # fmt: skip
SMS = ("message", "msisdn", "language", "text")


def write(
    outgoing: Sequence[Outgoing], *, wave: InvitationWave, channel: str, now: datetime
) -> None:
    """Lay the file down and write its row, in the transaction that marks its messages sent.

    The caller holds the wave's lock, so a number of a file is given once.

    Raises:
        CannotSend: the disk refused; nothing is marked then.
    """
    number = OutboxFile.objects.filter(wave=wave).count() + 1
    name = f"{channel}/{wave.operator.code}-wave{wave.pk}-{number:05}.csv"
    content = content_of(outgoing, channel=channel)
    try:
        disk.lay_down(name, content)
    except OSError as error:
        raise CannotSend(type(error).__name__) from None
    file = OutboxFile.objects.create(
        wave=wave,
        channel=channel,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        messages=len(outgoing),
        written_at=now,
    )
    OutboxMessage.objects.filter(pk__in=[one.message.pk for one in outgoing]).update(file=file)


def publish(*, wave_id: int, now: datetime) -> None:
    """Give committed files their names; those that have theirs already are noted so."""
    with acting_in(Scope.system("files of invitations get their names")):
        waiting = OutboxFile.objects.select_for_update(skip_locked=True).filter(
            wave_id=wave_id, published_at=None
        )
        for file in waiting:
            if _named(file):
                file.published_at = now
                file.save(update_fields=["published_at"])


def content_of(outgoing: Sequence[Outgoing], *, channel: str) -> bytes:
    """The file: UTF-8 with a mark, commas, a header; no cell runs as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(LETTER if channel == Channel.LETTER else SMS)
    for one in outgoing:
        writer.writerow(escaped(cell) for cell in _cells(one, channel))
    return out.getvalue().encode("utf-8-sig")


def _cells(one: Outgoing, channel: str) -> Iterator[str]:
    to = one.to
    if channel == Channel.SMS:
        # Without the plus: a spreadsheet would take it for a formula.
        yield from (str(one.message.pk), to.number.removeprefix("+"), to.language, one.text.short)
        return
    yield from (str(one.message.pk), to.subscriber_id, to.name, to.postcode, to.prefecture)
    yield from (to.language, one.text.subject, one.text.body, one.link)


def _named(file: OutboxFile) -> bool:
    if _is(file, finished=False):
        disk.give_name(file.name)
        return True
    if _is(file, finished=True):
        return True
    logger.error("file %s of the outbox is gone or was changed; its messages did not leave",
                 file.pk)  # fmt: skip
    return False


def _is(file: OutboxFile, *, finished: bool) -> bool:
    path = disk.place(file.name) if finished else disk.unfinished(file.name)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    except FileNotFoundError:
        return False
