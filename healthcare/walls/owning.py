"""Acting as the owner of the tables: for migrations and for nothing else."""

from contextlib import AbstractContextManager
from typing import Protocol, cast

from django.db import DEFAULT_DB_ALIAS, connections


class _Owned(Protocol):
    def as_owner(self) -> AbstractContextManager[None]: ...


def as_owner(alias: str = DEFAULT_DB_ALIAS) -> AbstractContextManager[None]:
    """For this block the connection acts as its login, whom the tables belong to."""
    return cast("_Owned", connections[alias]).as_owner()
