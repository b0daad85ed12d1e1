"""What happened is added and read, never changed: nobody is granted UPDATE or DELETE."""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, Guard, any_of

AUDITOR = "walls.kind() = 'audit'"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("walls", "0001_roles")]
    operations = [
        Guard(
            table,
            to=any_of(HEALTH, AUDITOR),
            writes="true",  # whoever does something leaves a record of it
            app="SELECT, INSERT",
            batch="SELECT, INSERT",
        )
        for table in ("audit_accessevent", "audit_auditrecord")
    ]
