"""What ingest may ask about many plain readings at once: which are stored, and with these values.

One look down the index for each, whatever the planner thinks of a join. A pulse of -1 is none.
"""

from django.db import migrations

from healthcare.walls.seeing import Seeing

MET = """
CREATE OR REPLACE FUNCTION walls.devices_bloodpressurereading_met(
    patients bigint[], times timestamptz[], devices bigint[],
    systolics smallint[], diastolics smallint[], pulses smallint[])
RETURNS TABLE (i bigint, same boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.i, stored.same
      FROM unnest(patients, times, devices, systolics, diastolics, pulses)
        WITH ORDINALITY AS n(patient_id, at, device_id, systolic, diastolic, pulse, i),
      LATERAL (
        SELECT t.systolic = n.systolic AND t.diastolic = n.diastolic
           AND coalesce(t.pulse, -1) = n.pulse
           AND t.mean_arterial IS NULL AND t.flags = 0 AS same
          FROM devices_bloodpressurereading t
         WHERE t.patient_id = n.patient_id AND t.measured_at = n.at
           AND t.device_id = n.device_id AND t.device_reading_id = ''
        OFFSET 0) stored
$$
"""
SIGNATURE = (
    "walls.devices_bloodpressurereading_met("
    "bigint[], timestamptz[], bigint[], smallint[], smallint[], smallint[])"
)


class Migration(migrations.Migration):
    dependencies = [("devices", "0008_history"), ("walls", "0001_roles")]

    operations = [
        Seeing(
            SIGNATURE,
            create=MET,
            drop=f"DROP FUNCTION {SIGNATURE}",
            to=("mimamori_ingest",),
        )
    ]
