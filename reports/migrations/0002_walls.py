"""The walls around what the readings mean. A report is also its hospital's own."""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, HEALTH_IN_BULK, Guard, through

ITS_HOSPITAL = "(walls.kind() <> 'hospital' OR {table}.hospital_id = walls.hospital())"


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        ("patients", "0002_walls"),
        ("walls", "0001_roles"),
    ]
    operations = [
        Guard(
            "reports_patientstate",
            to=HEALTH_IN_BULK,
            app="SELECT, INSERT, UPDATE",
            batch="SELECT, INSERT, UPDATE",
        ),
        Guard(
            "reports_alert",
            to=HEALTH,
            app="SELECT, INSERT, UPDATE",
            batch="SELECT, INSERT, UPDATE",
        ),
        Guard("reports_alertevidence", to=HEALTH, app="SELECT, INSERT", batch="SELECT, INSERT"),
        Guard(
            "reports_alertnote",
            to=through("reports_alert", "alert_id"),
            app="SELECT, INSERT",
            batch="SELECT, INSERT",
        ),
        Guard(
            "reports_patientgoal",
            to=HEALTH,
            app="SELECT, INSERT, UPDATE, DELETE",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
        Guard(
            "reports_report",
            to=f"({HEALTH}) AND {ITS_HOSPITAL}",
            app="SELECT, INSERT, UPDATE",
            batch="SELECT, INSERT, UPDATE",
        ),
        Guard(
            "reports_reportfile",
            to=through("reports_report", "report_id"),
            app="SELECT",
            batch="SELECT, INSERT, UPDATE",
        ),
    ]
