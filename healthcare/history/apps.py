from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

# The two libraries let a session switch triggers off by a setting, and name a context in which a
# change was made. Both are asked for each statement, and neither is used here: what somebody does
# is named by the audit record, and a setting that anybody may set must not switch a record off.
SEAL = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN false; END $$;
CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN NULL; END $$;
"""

# The trigger of an UPDATE compares what was with what is, row by row or in sets; which, is planned
# once a session. Planned for a statement of one row, five thousand rows took 17 s.
IN_SETS = """
DO $$
DECLARE trigger_function regprocedure;
BEGIN
    FOR trigger_function IN
        SELECT DISTINCT tgfoid::regprocedure FROM pg_trigger WHERE tgname LIKE 'pgtrigger_update_%'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET enable_nestloop = off', trigger_function);
    END LOOP;
END $$;
"""


def seal(using: str, **_: Any) -> None:
    """Make the triggers of the history unconditional, and as quick for many rows as for one. Every
    migration that adds a trigger makes the library's functions anew, so this follows each
    `migrate`."""
    with connections[using].cursor() as cursor:
        cursor.execute(SEAL)
        cursor.execute(IN_SETS)


class HistoryConfig(AppConfig):
    """Old values of the tables that people change, written by triggers, append-only."""

    name = "healthcare.history"
    label = "history"

    def ready(self) -> None:
        post_migrate.connect(seal, sender=self)
