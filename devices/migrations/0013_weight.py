"""Scales: the table of weighings. Whole grams, tenths of a percent of body fat."""

from django.db import migrations

from devices.reading_tables import partitioned_readings


class Migration(migrations.Migration):
    dependencies = [("devices", "0012_kinds_by_themselves")]

    operations = partitioned_readings(
        "weight",
        columns={
            "received_at": "timestamptz",
            "grams": "integer",
            "body_fat_permille": "smallint",
            "utc_offset": "smallint",
            "user_slot": "smallint",
            "original": "jsonb",
        },
        values=("grams", "body_fat_permille"),
        optional=("body_fat_permille", "user_slot", "original"),
        carried=("grams", "body_fat_permille", "utc_offset"),
        checks={"weight_is_positive": "grams > 0"},
    )
