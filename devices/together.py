"""Single readings of many devices, committed together.

A commit waits for the disk, and everything around an insert costs more than the insert. So the
posts that wait on the event loop are taken by one thread, all that are there, which stores their
readings with one statement and lets each be answered after the one commit: a 2xx still means
committed.

Only what is plain goes this way: one blood-pressure reading of a device in one pair of hands, that
can be true and alarms nobody. Whatever is not, whatever turns out to be stored already or whose
device changed, and every post of a commit that failed goes alone, through `devices.receiving`:
so one client's error never reaches another.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from django.db import connection
from django.utils import timezone

from devices import authenticating, status
from devices.authenticating import Credential
from devices.ingesting import confirmed, partitions
from devices.ingesting.holders import open_book
from devices.ingesting.judging import Placed, judge
from devices.ingesting.results import Result
from devices.kinds.blood_pressure.payload import BloodPressure
from devices.kinds.blood_pressure.table import TABLE
from devices.wire.batch import Batch
from healthcare.hospitals.scope import Scope, acting_in, settle

log = logging.getLogger(__name__)

MOST = 64
# Where so many came together last time, the next ones are worth a moment's wait, in seconds: a
# commit of twice as many costs little more.
FEW = 4
MOMENT = 0.0003
# Without posts the thread gives its connection back after this, in seconds.
IDLE = 1.0


@dataclass(slots=True)
class Post:
    """One client that waits. `result` None, when it is answered: go alone."""

    hash: bytes
    batch: Batch
    answered: asyncio.Future[None]
    result: Result | None = None


class Company:
    """The posts under way in this process, and the thread that commits those that wait."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Post | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()
        self._together = 0

    async def receive(self, batch: Batch, *, hash: bytes) -> Result | None:
        """Store the one item of a batch with what others send just now; committed when this
        returns. None: nothing is stored, send it alone."""
        post = Post(hash, batch, asyncio.get_running_loop().create_future())
        self._waiting.put(post)
        thread = self._thread
        if thread is None or not thread.is_alive():
            self._start()
        await post.answered
        return post.result

    def close(self) -> None:
        """Let the thread finish what waits and end, with its connection. The next post starts
        another."""
        thread = self._thread
        if thread is not None and thread.is_alive():
            self._waiting.put(None)
            thread.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="readings", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        open_ = True
        try:
            while open_:
                posts = self._taken()
                open_ = None not in posts
                _answer([post for post in posts if post is not None])
            connection.close()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        """Nobody may wait for a thread that has ended, whatever ended it: each goes alone. Who
        puts a post first and looks for the thread then either is found here or starts another."""
        self._thread = None
        left: list[Post | None] = []
        with suppress(Empty):
            while True:
                left.append(self._waiting.get_nowait())
        _tell([post for post in left if post is not None])

    def _taken(self) -> list[Post | None]:
        """All that wait, up to a bound; empty after a while without any."""
        try:
            posts = [self._waiting.get(timeout=IDLE)]
        except Empty:
            connection.close()
            return []
        if self._together >= FEW:
            time.sleep(MOMENT)
        while len(posts) < MOST and not self._waiting.empty():
            posts.append(self._waiting.get())
        self._together = len(posts)
        return posts


company = Company()


def _answer(posts: Sequence[Post]) -> None:
    """Commit what these have in common, and let each go on, with a result or without."""
    try:
        if posts:
            _commit(posts)
    except Exception:
        # Each goes alone now, and the one whose fault it was learns so by itself.
        log.warning("A shared commit failed; its posts go one by one.", exc_info=True)
        connection.close()
    finally:
        _tell(posts)


def _tell(posts: Iterable[Post]) -> None:
    """Wake those that wait, each on its own event loop, with one call for each loop."""
    loops: dict[asyncio.AbstractEventLoop, list[Post]] = defaultdict(list)
    for post in posts:
        loops[post.answered.get_loop()].append(post)
    for loop, theirs in loops.items():
        # A loop that is closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_wake, theirs)


def _wake(posts: Iterable[Post]) -> None:
    for post in posts:
        # Whose client went away is cancelled.
        if not post.answered.done():
            post.answered.set_result(None)


def _commit(posts: Iterable[Post]) -> None:
    now = timezone.now()
    settle(Scope.ingest())
    known = authenticating.find_devices({post.hash for post in posts}, at=now)
    taken: dict[int, tuple[Post, Placed, BloodPressure, int]] = {}
    for post in posts:
        credential = known.get(post.hash)
        placed = None if credential is None else _plain(post, credential, now)
        # A device's second reading in one commit might be its first one again.
        if credential is not None and placed is not None and placed[0].device_id not in taken:
            taken[placed[0].device_id] = (post, *placed, credential.version)
    latest = {device_id: reading.at for device_id, (_, _, reading, _) in taken.items()}
    if not partitions.known(TABLE, latest.values()):
        with acting_in(Scope.ingest()):
            partitions.ensure(TABLE, latest.values())
    settle(Scope.ingest())
    stored = confirmed.store((one[1:] for one in taken.values()), received_at=now)
    for device_id in stored:
        post, entry, *_ = taken[device_id]
        post.result = Result(0, "accepted", entry.id)
    heard = status.due({device: latest[device] for device in stored}, received_at=now)
    status.note(heard, received_at=now)


def _plain(
    post: Post, credential: Credential, now: datetime
) -> tuple[Placed, BloodPressure] | None:
    """The reading of a post, when nothing about it needs a second look."""
    entry = post.batch[0]
    if entry.of_the_device is not None:
        return None
    book = open_book(credential=credential, serials=(), received_at=now)
    assert book.own is not None  # only devices are found
    verdict = judge(0, entry, credential=credential, book=book, received_at=now)
    if not isinstance(verdict, Placed) or len(book.own.holdings) > 1:
        return None
    reading = verdict.reading
    if not isinstance(reading, BloodPressure) or reading.is_crisis():
        return None
    return None if reading.id or reading.original is not None else (verdict, reading)
