"""Who reaches a person to read only writes no alert, note, goal, state or report of theirs."""

from django.db import migrations

from healthcare.walls.restricting import Restrict

WRITTEN = (
    "reports_patientstate",
    "reports_alert",
    "reports_alertevidence",
    "reports_alertnote",
    "reports_patientgoal",
    "reports_report",
)


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_history"), ("walls", "0002_may_write")]
    operations = [Restrict(table) for table in WRITTEN]
