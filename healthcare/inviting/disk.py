"""Files of the outbox: whole or not there, and for their owner alone."""

import os
from pathlib import Path

from django.conf import settings


def place(name: str) -> Path:
    """Where a file of the outbox stands; `name` is `<channel>/<file>`."""
    return Path(settings.OUTBOX_DIR) / name


def unfinished(name: str) -> Path:
    """Where it stands until its rows are committed: nobody collects what begins with a dot."""
    path = place(name)
    return path.with_name(f".{path.name}.part")


def lay_down(name: str, content: bytes) -> None:
    """Write it under its unfinished name and wait for the disk."""
    path = unfinished(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def give_name(name: str) -> None:
    """Move it to its name and wait for the disk."""
    unfinished(name).replace(place(name))
    folder = os.open(place(name).parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def put(name: str, content: bytes) -> None:
    """Both at once, for a file that stands for itself; again: the same file."""
    lay_down(name, content)
    give_name(name)
