"""`manage.py showmigrations`, as the owner: it asks what was applied."""

from typing import Any

from django.core.management.commands import showmigrations

from healthcare.walls.owning import as_owner


class Command(showmigrations.Command):
    """The same, also on a database that was never opened to the application's role."""

    def handle(self, *args: Any, **options: Any) -> Any:
        with as_owner():
            return super().handle(*args, **options)
