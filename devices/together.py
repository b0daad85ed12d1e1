"""Single readings of many devices, committed together.

A commit waits for the disk, and everything around an insert costs more than the insert. So a
post that arrives while others are under way in this process waits for one thread, which takes all
that wait, stores their readings with one statement and answers after the one commit: a
2xx still means committed.

Only what is plain goes this way: one blood-pressure reading of a device in one pair of hands, that
can be true and alarms nobody. Whatever is not, whatever turns out to be stored already or whose
device changed, and every post of a commit that failed goes alone, through `devices.receiving`:
so one client's error never reaches another.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from django.db import connection
from django.utils import timezone

from devices import authenticating, status
from devices.authenticating import Credential
from devices.ingesting import confirmed
from devices.ingesting.holders import open_book
from devices.ingesting.judging import Placed, judge
from devices.ingesting.results import Result
from devices.kinds.blood_pressure.payload import BloodPressure
from devices.signals import readings_stored
from devices.wire.batch import Batch
from healthcare.hospitals.scope import Scope, acting_in

log = logging.getLogger(__name__)

MOST = 64
# Without posts the thread gives its connection back after this, in seconds.
IDLE = 1.0


@dataclass(slots=True)
class _Post:
    """One client that waits. `result` None, when it is done: go alone."""

    hash: bytes
    batch: Batch
    done: Lock = field(default_factory=Lock)
    result: Result | None = None


class Company:
    """The posts under way in this process, and the thread that commits those that wait."""

    def __init__(self) -> None:
        self._under_way = 0
        self._waiting: SimpleQueue[_Post | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()

    @contextmanager
    def joined(self) -> Iterator[bool]:
        """Be under way for the block; tells whether there is company to commit with."""
        with self._lock:
            self._under_way += 1
            company = self._under_way > 1
        try:
            yield company
        finally:
            with self._lock:
                self._under_way -= 1

    def receive(self, batch: Batch, *, hash: bytes) -> Result | None:
        """Store the one item of a batch with what others send just now; committed when this
        returns. None: nothing is stored, send it alone."""
        post = _Post(hash, batch)
        post.done.acquire()
        self._waiting.put(post)
        thread = self._thread
        if thread is None or not thread.is_alive():
            self._start()
        post.done.acquire()
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
        with suppress(Empty):
            while True:
                post = self._waiting.get_nowait()
                if post is not None:
                    post.done.release()

    def _taken(self) -> list[_Post | None]:
        """All that wait, up to a bound; empty after a while without any."""
        try:
            posts = [self._waiting.get(timeout=IDLE)]
        except Empty:
            connection.close()
            return []
        while len(posts) < MOST and not self._waiting.empty():
            posts.append(self._waiting.get())
        return posts


company = Company()


def _answer(posts: Sequence[_Post]) -> None:
    """Commit what these have in common, and let each go on, with a result or without."""
    try:
        if posts:
            _commit(posts)
    except Exception:
        # Each goes alone now, and the one whose fault it was learns so by itself.
        log.warning("A shared commit failed; its posts go one by one.", exc_info=True)
        connection.close()
    finally:
        for post in posts:
            post.done.release()


def _commit(posts: Iterable[_Post]) -> None:
    now = timezone.now()
    with acting_in(Scope.ingest()):
        known = authenticating.find_devices({post.hash for post in posts}, at=now)
        taken: dict[int, tuple[_Post, Placed, BloodPressure, int]] = {}
        for post in posts:
            credential = known.get(post.hash)
            placed = None if credential is None else _plain(post, credential, now)
            # A device's second reading in one commit might be its first one again.
            if credential is not None and placed is not None and placed[0].device_id not in taken:
                taken[placed[0].device_id] = (post, *placed, credential.version)
        stored = confirmed.store((plain[1:] for plain in taken.values()), received_at=now)
        if stored:
            people = sorted({taken[device_id][1].patient_id for device_id in stored})
            readings_stored.send(sender=None, patient_ids=people, crises=[], received_at=now)
            heard = {device_id: taken[device_id][2].at for device_id in stored}
            status.note_plain(heard, received_at=now)
    for device_id in stored:
        post, entry, *_ = taken[device_id]
        post.result = Result(0, "accepted", entry.id)


def _plain(
    post: _Post, credential: Credential, now: datetime
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
