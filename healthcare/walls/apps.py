from django.apps import AppConfig
from django.core.checks import Tags, register


class WallsConfig(AppConfig):
    """Database roles, row-level security and grants: declared in migrations, held by a check."""

    name = "healthcare.walls"
    label = "walls"

    def ready(self) -> None:
        # The check asks migrations, which need the apps.
        from healthcare.walls.checks import walls_stand  # noqa: PLC0415

        register(walls_stand, Tags.database)
