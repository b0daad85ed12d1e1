"""The database backend of the project: PostgreSQL by DATABASE_URL, or the embedded one.

The embedded server is started by the first connection, so a command that needs no database
starts none; a connection that finds the server killed waits until it is back.

Whatever the login may do, a connection acts as `mimamori_app`: the owner of the tables is for
migrations (`as_owner`), the other roles are for `acting_in(scope)`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base, client, creation, features, operations
from django.db.utils import NotSupportedError, OperationalError
from psycopg import pq
from psycopg.errors import InsufficientPrivilege, InvalidParameterValue, UndefinedObject

from healthcare.runtime import postgres
from healthcare.runtime.places import ServerError, wheel_programs
from healthcare.walls.roles import DatabaseRole

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


class DatabaseOperations(operations.DatabaseOperations):
    """Emptying tables, which tests do between each other, is the owner's."""

    connection: "DatabaseWrapper"

    def execute_sql_flush(self, sql_list: Any) -> None:
        """Run the statements as the owner."""
        with self.connection.as_owner():
            super().execute_sql_flush(sql_list)


class DatabaseCreation(creation.DatabaseCreation):
    """Tests put the migrations' rows back between each other, as whoever made them."""

    connection: "DatabaseWrapper"

    def serialize_db_to_string(self) -> str:
        with self.connection.as_owner():
            return str(super().serialize_db_to_string())

    def deserialize_db_from_string(self, data: str) -> None:
        with self.connection.as_owner():
            super().deserialize_db_from_string(data)


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection to PostgreSQL."""

    client_class = DatabaseClient
    creation_class = DatabaseCreation
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # The connection that makes and drops databases is to none of ours.
        self._owner_blocks = 1 if self.alias == NO_DB_ALIAS else 0

    @contextmanager
    def as_owner(self) -> Iterator[None]:
        """Act as the login itself, who owns the tables, for this block. For migrations."""
        self._owner_blocks += 1
        self._act()
        try:
            yield
        finally:
            self._owner_blocks -= 1
            try:
                self._act()
            except OperationalError:
                # No connection is left that acts as the owner; who asks next is told why.
                self.close()

    def init_connection_state(self) -> None:
        """Act as the application, before anything is asked."""
        super().init_connection_state()
        self._act()

    def _act(self) -> None:
        """Be whom this moment calls for; a connection that is closed does so when it opens."""
        if self.connection is None or self.connection.closed:
            return
        if self.connection.info.transaction_status == pq.TransactionStatus.INERROR:
            return  # a block inside a failed transaction: rolling back restores the role
        try:
            self.connection.execute(
                "RESET ROLE" if self._owner_blocks else f"SET ROLE {DatabaseRole.APP}"
            )
            # In a block the transaction begins with the first statement, which may be this one.
            if not self.in_atomic_block and not self.connection.autocommit:
                self.connection.commit()
        except (InvalidParameterValue, UndefinedObject, InsufficientPrivilege) as error:
            raise OperationalError(
                f"{str(error).strip()}: the database's roles are made by manage.py migrate."
            ) from error

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
