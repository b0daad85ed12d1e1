"""The database backend of the project: PostgreSQL by DATABASE_URL, or the embedded one.

The embedded server is started by the first connection, so a command that needs no database
starts none; a connection that finds the server killed waits until it is back.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base, client, features
from django.db.utils import NotSupportedError

from healthcare.runtime import postgres
from healthcare.runtime.places import ServerError, wheel_programs

OLDEST = (15,)


class DatabaseFeatures(features.DatabaseFeatures):
    """PostgreSQL 15 is the oldest that the suite runs on."""

    minimum_database_version = OLDEST


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell` with the embedded server's own psql."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Return the command of the shell and what its environment gains."""
        root = settings_dict.get("EMBEDDED_IN")
        if not root:
            return super().settings_to_cmd_args_env(settings_dict, parameters)
        settings_dict = {**settings_dict, **postgres.database(Path(root))}
        arguments, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(wheel_programs() / "psql"), *arguments[1:]], env


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection to PostgreSQL."""

    client_class = DatabaseClient
    features_class = DatabaseFeatures

    def get_connection_params(self) -> dict[str, Any]:
        """Return libpq's parameters; for the embedded server this makes sure that it runs."""
        parameters: dict[str, Any] = super().get_connection_params()
        if root := self.settings_dict.get("EMBEDDED_IN"):
            try:
                found = postgres.database(Path(root))
            except ServerError as error:
                raise psycopg.OperationalError(str(error)) from error
            parameters |= {name.lower(): value for name, value in found.items()}
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; a dead embedded server is brought back, once."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            if not self.ensure_server():
                raise
        return super().get_new_connection(conn_params)

    def ensure_server(self) -> bool:
        """Bring the embedded server back if it is gone; False when the server is not ours."""
        root = self.settings_dict.get("EMBEDDED_IN")
        if not root:
            return False
        try:
            postgres.server(Path(root)).ensure()
        except ServerError as error:
            raise psycopg.OperationalError(str(error)) from error
        return True

    def check_database_version_supported(self) -> None:
        """Refuse a server that is too old, in words."""
        try:
            super().check_database_version_supported()
        except NotSupportedError as error:
            raise NotSupportedError(
                f"{error} Name a newer server in DATABASE_URL, or unset it to use the embedded "
                "PostgreSQL."
            ) from error
