"""The walls around what was measured, and the one way through them for whoever takes readings in.

Readings are inserted into the month's partition, where the policies of the table do not stand, by
the role `ingest` alone. It sees the keys of what is stored and, through one function for each
kind, whether a repeat says the same; never a value, never a name.
"""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, Guard
from healthcare.walls.seeing import Seeing

KEYS = {
    "devices_bloodpressurereading": "patient_id, measured_at, device_id, device_reading_id",
    "devices_sleepnight": "patient_id, started_at, device_id, device_reading_id",
}

# The owner makes the partition of a month, with ingest's privileges on it and nobody else's.
MAKE_PARTITION = """
CREATE FUNCTION devices_make_partition(parent text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    keys text := CASE parent
        WHEN 'devices_bloodpressurereading' THEN '{devices_bloodpressurereading}'
        WHEN 'devices_sleepnight' THEN '{devices_sleepnight}'
    END;
    part text := parent || to_char(month, '_YYYY_MM');
    first timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    next timestamptz := (date_trunc('month', month::timestamp) + interval '1 month')
        AT TIME ZONE 'UTC';
BEGIN
    IF keys IS NULL THEN
        RAISE EXCEPTION '% has no partitions by month', parent;
    END IF;
    -- Made apart and then attached: CREATE TABLE ... PARTITION OF would stop every reader and
    -- writer of all other months while it waits for the last of them.
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, part, first, next);
    EXECUTE format('GRANT INSERT ON %I TO mimamori_ingest', part);
    EXECUTE format('GRANT SELECT (%s) ON %I TO mimamori_ingest', keys, part);
END $$;
REVOKE ALL ON FUNCTION devices_make_partition(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION devices_make_partition(text, date) TO mimamori_ingest;
""".format(**KEYS)

# Partitions that were made before there were walls.
EXISTING = """
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = '{table}'::regclass
    LOOP
        EXECUTE format('GRANT INSERT ON %s TO mimamori_ingest', part);
        EXECUTE format('GRANT SELECT ({keys}) ON %s TO mimamori_ingest', part);
    END LOOP;
END $$;
"""

# Rows as JSON, each with its place `i`; the answer names those that are stored, and whether with
# the same values. The bounds let the planner look at the partitions of those months only.
SAME = """
CREATE OR REPLACE FUNCTION walls.{table}_same(given jsonb, first timestamptz, last timestamptz)
RETURNS TABLE (i integer, same boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.i, ROW({stored}) IS NOT DISTINCT FROM ROW({told})
      FROM jsonb_to_recordset(given) AS n(i integer, {columns})
      JOIN {table} t ON t.patient_id = n.patient_id AND t.{time} = n.{time}
       AND t.device_id = n.device_id AND t.device_reading_id = n.device_reading_id
     WHERE t.{time} BETWEEN first AND last
$$
"""


def same(table: str, time: str, values: dict[str, str]) -> Seeing:
    """The function that answers whether repeats of one kind say the same."""
    key = {
        "patient_id": "bigint",
        time: "timestamptz",
        "device_id": "bigint",
        "device_reading_id": "text",
    }
    signature = f"walls.{table}_same(jsonb, timestamptz, timestamptz)"
    return Seeing(
        signature,
        create=SAME.format(
            table=table,
            time=time,
            columns=", ".join(f"{name} {type_}" for name, type_ in {**key, **values}.items()),
            stored=", ".join(f"t.{name}" for name in values),
            told=", ".join(f"n.{name}" for name in values),
        ),
        drop=f"DROP FUNCTION {signature}",
        to=("mimamori_ingest",),
    )


LOOKED_UP = "devices_device, devices_devicecredential, devices_gateway"


class Migration(migrations.Migration):
    dependencies = [
        ("devices", "0002_readings"),
        ("patients", "0002_walls"),
        ("walls", "0001_roles"),
    ]
    operations = [
        Guard(
            "devices_deviceholding",
            to=HEALTH,
            app="SELECT",
            batch="SELECT, INSERT, UPDATE",
            ingest="SELECT",
        ),
        *(
            Guard(
                table,
                to=HEALTH,
                app="SELECT",
                batch="SELECT, DELETE",
                ingest=f"SELECT ({keys})",
            )
            for table, keys in KEYS.items()
        ),
        Guard(
            "devices_quarantineditem",
            to=HEALTH,
            app="SELECT",
            batch="SELECT, INSERT, UPDATE, DELETE",
            ingest="SELECT (id, patient_id, fingerprint), INSERT",
        ),
        Guard(
            "devices_readingconflict",
            to=HEALTH,
            app="SELECT",
            batch="SELECT, INSERT, UPDATE",
            ingest="SELECT (id, fingerprint), INSERT",
        ),
        migrations.RunSQL(
            f"GRANT SELECT ON {LOOKED_UP} TO mimamori_ingest",
            f"REVOKE SELECT ON {LOOKED_UP} FROM mimamori_ingest",
        ),
        migrations.RunSQL(
            MAKE_PARTITION, "DROP FUNCTION devices_make_partition(text, date)"
        ),
        *(
            migrations.RunSQL(EXISTING.format(table=table, keys=keys), migrations.RunSQL.noop)
            for table, keys in KEYS.items()
        ),
        same(
            "devices_bloodpressurereading",
            "measured_at",
            {
                "systolic": "smallint",
                "diastolic": "smallint",
                "pulse": "smallint",
                "mean_arterial": "smallint",
                "flags": "smallint",
            },
        ),
        same(
            "devices_sleepnight",
            "started_at",
            {"ended_at": "timestamptz", "stages": "smallint[]", "microseconds": "bigint[]"},
        ),
    ]
