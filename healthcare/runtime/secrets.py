"""Secrets of a clone: made once, kept in files that only their owner can read."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def secret_key(var: Path) -> str:
    """Return Django's SECRET_KEY from `var/secret_key`, making the file on first use."""
    return kept(var / "secret_key")


def kept(path: Path) -> str:
    """Return the secret in `path`; make it when absent.

    Safe for several processes at once: the file appears complete or not at all, and whoever
    comes second reads what the first one wrote.
    """
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
    return path.read_text("ascii").strip()
