"""Who watches along sees the goal that the readings are shown against."""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, Guard, any_of

FAMILY = "EXISTS (SELECT FROM walls.watched w WHERE w.patient_id = {table}.patient_id)"


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_walls"), ("patients", "0006_access_walls")]
    operations = [
        Guard(
            "reports_patientgoal",
            to=any_of(HEALTH, FAMILY),
            app="SELECT, INSERT, UPDATE, DELETE",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
    ]
