"""Locks that the kernel gives back when their holder dies, however it dies.

A flock belongs to the open file: forked children share it, executed programs do not (the file
is opened close-on-exec), and `kill -9` releases it. So a lock says who lives; a counter or a
process id in a file only says who once did.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """Open the lock file, making it when absent; the descriptor holds no lock yet."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def share(handle: int) -> None:
    """Take a shared lock, waiting for an exclusive holder to leave."""
    fcntl.flock(handle, fcntl.LOCK_SH)


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock, shared or exclusive, at this moment."""
    return _would_get(path, fcntl.LOCK_EX)


def is_exclusive(path: Path) -> bool:
    """Whether somebody holds the lock exclusively at this moment."""
    return not _would_get(path, fcntl.LOCK_SH)


def _would_get(path: Path, kind: int) -> bool:
    handle = open_lock(path)
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


@contextmanager
def exclusive(path: Path) -> Iterator[int]:
    """Hold the lock alone for the block; yields the descriptor, to be handed to children whose
    life the lock must outlast."""
    handle = open_lock(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)
