"""`manage.py migrate`, as the owner of the tables, who then lets the others use the new ones."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from healthcare.walls.owning import as_owner
from healthcare.walls.unguarded import grant_unguarded


class Command(migrate.Command):
    """Everything else acts as the application's role, which may change no table."""

    def execute(self, *args: Any, **options: Any) -> Any:
        alias = options.get("database") or DEFAULT_DB_ALIAS
        with as_owner(alias):
            said = super().execute(*args, **options)
            if not (options.get("plan") or options.get("check_unapplied")):
                grant_unguarded(connections[alias])
            return said
