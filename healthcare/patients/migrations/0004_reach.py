"""When a hospital reaches a person: one narrow table, kept by triggers on care and consent."""

import django.db.models.deletion
from django.db import migrations, models

from healthcare.walls.guarding import Guard
from healthcare.walls.seeing import AsBatch, Seeing

# Made anew for the people whom a statement touched. Their own rows are locked first, in order:
# care that begins while consent is withdrawn must see each other's outcome.
AGAIN = """
CREATE FUNCTION walls.reach_again() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM patients_patient WHERE id IN (SELECT patient_id FROM changed)
        ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM patients_reach WHERE patient_id IN (SELECT patient_id FROM changed);
    INSERT INTO patients_reach (patient_id, hospital_id, since, until)
    SELECT c.patient_id, c.hospital_id,
           coalesce(lower(c.period * k.period), '-infinity'),
           coalesce(upper(c.period * k.period), 'infinity')
      FROM patients_carerelationship c
      JOIN patients_consent k ON k.patient_id = c.patient_id
       AND k.purpose = 'care' AND k.period && c.period
     WHERE c.patient_id IN (SELECT patient_id FROM changed);
    RETURN NULL;
END $$;
"""

# An update names whom a row was of and whom it is of now: two people may be found to be one.
TRIGGERS = """
CREATE TRIGGER reach_of_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION walls.reach_again();
CREATE TRIGGER reach_of_old AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION walls.reach_again();
CREATE TRIGGER reach_before AFTER UPDATE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION walls.reach_again();
CREATE TRIGGER reach_after AFTER UPDATE ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION walls.reach_again();
"""
NO_TRIGGERS = """
DROP TRIGGER reach_of_new ON {table};
DROP TRIGGER reach_of_old ON {table};
DROP TRIGGER reach_before ON {table};
DROP TRIGGER reach_after ON {table};
"""
TABLES = ("patients_carerelationship", "patients_consent")

# What stood before there was this table.
FIRST = """
INSERT INTO patients_reach (patient_id, hospital_id, since, until)
SELECT c.patient_id, c.hospital_id,
       coalesce(lower(c.period * k.period), '-infinity'),
       coalesce(upper(c.period * k.period), 'infinity')
  FROM patients_carerelationship c
  JOIN patients_consent k ON k.patient_id = c.patient_id
   AND k.purpose = 'care' AND k.period && c.period
"""

REACH = """
CREATE OR REPLACE VIEW walls.reach AS
SELECT p.id AS patient_id FROM unnest(walls.people()) AS p(id) WHERE walls.kind() = 'people'
UNION ALL
SELECT r.patient_id FROM patients_reach r
 WHERE walls.kind() = 'hospital'
   AND r.hospital_id = (SELECT walls.hospital()) AND r.since <= (SELECT walls.moment()) AND r.until > (SELECT walls.moment())
"""
NOBODY = "CREATE OR REPLACE VIEW walls.reach AS SELECT NULL::bigint AS patient_id WHERE false"


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0001_initial"),
        ("patients", "0003_name_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(help_text="both the care and the consent stand from then on")),
                ("until", models.DateTimeField(help_text="exclusive; infinity while neither has ended")),
                ("hospital", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hospitals.hospital")),
                ("patient", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="reaches", to="patients.patient")),
            ],
            options={
                "indexes": [models.Index(fields=["hospital", "patient"], include=("since", "until"), name="reach_of_hospital")],
            },
        ),
        Guard(
            "patients_reach",
            to="{table}.hospital_id = walls.hospital()",
            app="SELECT",
            batch="SELECT, INSERT, DELETE",
        ),
        AsBatch(AGAIN, "DROP FUNCTION walls.reach_again()"),
        AsBatch(FIRST, ""),
        *(
            migrations.RunSQL(TRIGGERS.format(table=table), NO_TRIGGERS.format(table=table))
            for table in TABLES
        ),
        Seeing("walls.reach", create=REACH, drop=NOBODY),
    ]
