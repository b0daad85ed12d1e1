"""A family sees readings and nights; the support desk sees which devices somebody holds."""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, SUPPORT, Guard, any_of

FAMILY = "EXISTS (SELECT FROM walls.watched w WHERE w.patient_id = {table}.patient_id)"
KEYS = {
    "devices_bloodpressurereading": "patient_id, measured_at, device_id, device_reading_id",
    "devices_sleepnight": "patient_id, started_at, device_id, device_reading_id",
}


class Migration(migrations.Migration):
    dependencies = [("devices", "0006_walls_of_apps"), ("patients", "0006_access_walls")]
    operations = [
        Guard(
            "devices_deviceholding",
            to=any_of(HEALTH, SUPPORT),
            app="SELECT",
            batch="SELECT, INSERT, UPDATE",
            ingest="SELECT",
        ),
        *(
            Guard(
                table,
                to=any_of(HEALTH, FAMILY),
                app="SELECT",
                batch="SELECT, DELETE",
                ingest=f"SELECT ({keys})",
            )
            for table, keys in KEYS.items()
        ),
    ]
