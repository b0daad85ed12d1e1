"""The roles, and the schema in which the walls keep what they ask."""

from django.db import migrations

from healthcare.walls.making import make_roles
from healthcare.walls.seeing import Seeing

# What `acting_in(scope)` told this transaction; outside of one, nothing, which covers no row.
SCOPE = """
CREATE SCHEMA walls;
GRANT USAGE ON SCHEMA walls TO mimamori_app, mimamori_ingest, mimamori_batch;
GRANT CREATE ON SCHEMA walls TO mimamori_batch;

CREATE FUNCTION walls.kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(current_setting('mimamori.scope', true), '') $$;
CREATE FUNCTION walls.people() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT string_to_array(nullif(current_setting('mimamori.people', true), ''), ',')::bigint[] $$;
CREATE FUNCTION walls.own() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN walls.kind() = 'people' THEN walls.people() END $$;
CREATE FUNCTION walls.hospital() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('mimamori.hospital', true), '')::bigint $$;
CREATE FUNCTION walls.operator() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('mimamori.operator', true), '')::bigint $$;
CREATE FUNCTION walls.person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('mimamori.person', true), '')::bigint $$;
CREATE FUNCTION walls.moment() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('mimamori.moment', true), '')::timestamptz $$;
"""
UNDO = "DROP SCHEMA walls CASCADE"

# Whom the scope reaches. Empty here: the rooms that know of care and contracts replace them.
REACH = Seeing(
    "walls.reach",
    create="CREATE VIEW walls.reach AS SELECT NULL::bigint AS patient_id WHERE false",
    drop="DROP VIEW walls.reach",
)
SUBSCRIBERS = Seeing(
    "walls.subscribers",
    create="CREATE VIEW walls.subscribers AS SELECT NULL::bigint AS patient_id WHERE false",
    drop="DROP VIEW walls.subscribers",
)


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunSQL(SCOPE, UNDO),
        REACH,
        SUBSCRIBERS,
    ]
