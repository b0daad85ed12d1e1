"""Plain readings of many devices stored by one statement, with what follows from them.

`devices_store_plain` writes a row when its device is still what it was when the reading was judged
and its identity is new. It acts as whoever calls it, and only ingest may. What follows in the rooms
above devices is theirs to say: `devices_readings_stored` does nothing here.
"""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, Guard, any_of

FAMILY = "EXISTS (SELECT FROM walls.watched w WHERE w.patient_id = {table}.patient_id)"
NOTHING_FOLLOWS = """
CREATE OR REPLACE FUNCTION devices_readings_stored(people bigint[], received timestamptz)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN END $$;
REVOKE ALL ON FUNCTION devices_readings_stored(bigint[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION devices_readings_stored(bigint[], timestamptz) TO mimamori_ingest;
"""
# One look at the key for each device, whatever the planner thinks of a join. -1 is none.
STORE = """
CREATE FUNCTION devices_store_plain(
    patients bigint[], times timestamptz[], devices bigint[], versions bigint[],
    systolics smallint[], diastolics smallint[], pulses smallint[], means smallint[],
    flags_of smallint[], offsets smallint[], slots smallint[], received timestamptz)
RETURNS bigint[] LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    stored bigint[];
    people bigint[];
BEGIN
    WITH written AS (
        INSERT INTO devices_bloodpressurereading (patient_id, measured_at, device_id,
            device_reading_id, received_at, systolic, diastolic, pulse, mean_arterial, flags,
            utc_offset, user_slot)
        SELECT n.patient_id, n.at, n.device_id, '', received, n.systolic, n.diastolic,
               nullif(n.pulse, -1), nullif(n.mean, -1), n.flags, n.utc_offset, nullif(n.slot, -1)
          FROM unnest(patients, times, devices, versions, systolics, diastolics, pulses, means,
                      flags_of, offsets, slots)
            AS n(patient_id, at, device_id, version, systolic, diastolic, pulse, mean, flags,
                 utc_offset, slot),
          LATERAL (
            SELECT FROM devices_device d
             WHERE d.id = n.device_id AND d.version = n.version OFFSET 0) unchanged
            ON CONFLICT DO NOTHING
        RETURNING device_id, patient_id)
    SELECT array_agg(device_id), array_agg(DISTINCT patient_id) INTO stored, people FROM written;
    IF people IS NOT NULL THEN
        PERFORM devices_readings_stored(people, received);
    END IF;
    RETURN coalesce(stored, '{}');
END $$;
REVOKE ALL ON FUNCTION devices_store_plain FROM PUBLIC;
GRANT EXECUTE ON FUNCTION devices_store_plain TO mimamori_ingest;
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0017_reviews")]

    operations = [
        # Into the partitions ingest writes already; here the database finds the partition.
        Guard(
            "devices_bloodpressurereading",
            to=any_of(HEALTH, FAMILY),
            app="SELECT",
            batch="SELECT, DELETE",
            ingest="SELECT (patient_id, measured_at, device_id, device_reading_id), INSERT",
        ),
        migrations.RunSQL(
            NOTHING_FOLLOWS, "DROP FUNCTION devices_readings_stored(bigint[], timestamptz)"
        ),
        migrations.RunSQL(STORE, "DROP FUNCTION devices_store_plain"),
    ]
