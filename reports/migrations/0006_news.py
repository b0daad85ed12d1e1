"""News of readings: noted by whoever stores or retracts them, taken by the refresh, read by nobody
else."""

import django.contrib.postgres.fields
from django.db import migrations, models

WALLS = """
ALTER TABLE reports_news ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY noted ON reports_news FOR INSERT TO mimamori_ingest WITH CHECK (true);
CREATE POLICY noted_by_app ON reports_news FOR INSERT TO mimamori_app WITH CHECK (true);
CREATE POLICY taken ON reports_news FOR ALL TO mimamori_batch USING (true) WITH CHECK (true);
GRANT INSERT ON reports_news TO mimamori_ingest, mimamori_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_news TO mimamori_batch;
"""
UNDO = """
DROP POLICY noted ON reports_news;
DROP POLICY noted_by_app ON reports_news;
DROP POLICY taken ON reports_news;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_read_only"), ("walls", "0001_roles")]

    operations = [
        migrations.CreateModel(
            name="News",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("patient_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
