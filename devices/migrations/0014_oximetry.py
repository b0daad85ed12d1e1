"""Oximeters: the table of recordings. One sample every `sample_seconds`, NULL without a value."""

from django.db import migrations

from devices.reading_tables import partitioned_readings


class Migration(migrations.Migration):
    dependencies = [("devices", "0013_weight")]

    operations = partitioned_readings(
        "oximetry",
        time="started_at",
        columns={
            "received_at": "timestamptz",
            "ended_at": "timestamptz",
            "sample_seconds": "smallint",
            "spo2": "smallint[]",
            "pulse": "smallint[]",
            "utc_offset": "smallint",
            "user_slot": "smallint",
        },
        values=("ended_at", "sample_seconds", "spo2", "pulse"),
        optional=("pulse", "user_slot"),
        checks={
            "recording_has_samples": "cardinality(spo2) > 0 AND ended_at >= started_at",
            "pulse_is_beside_spo2": "pulse IS NULL OR cardinality(pulse) = cardinality(spo2)",
        },
    )
