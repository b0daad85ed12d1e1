"""Break-glass, watching along, operators' staff and the support desk read people's rows; PostgreSQL lets
them write none.

What these scopes have to write stays open: the audit's tables, an opening that its clinician ends,
a watching that the watcher leaves.
"""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, Guard
from healthcare.walls.restricting import WRITER, Restrict

# Who opened a record may close it again: from this moment on or earlier, never later.
THE_OPENER = "user_id = (SELECT walls.person())"
CLOSED = f"{THE_OPENER} AND upper(period) <= (SELECT walls.moment())"
# The guard lets a watcher see their own watching and nobody else's.
LEAVES = f"walls.kind() = 'family' OR {WRITER}"


class Migration(migrations.Migration):
    dependencies = [("patients", "0007_history"), ("walls", "0002_may_write")]
    operations = [
        Restrict("patients_patient"),
        Restrict("patients_consent"),
        Restrict("patients_watcher", update=LEAVES),
        Guard(
            "patients_breakglass",
            to=HEALTH,
            app="SELECT, UPDATE (period)",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
        Restrict("patients_breakglass", update=THE_OPENER, updated=CLOSED),
    ]
