"""Whom a scope reaches, and the walls around people, their consents and who cares for them."""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, SUPPORT, Guard, any_of
from healthcare.walls.seeing import Seeing

# The people a scope names; the patients in a hospital's care at that moment who consent to it.
REACH = """
CREATE OR REPLACE VIEW walls.reach AS
SELECT p.id AS patient_id FROM unnest(walls.people()) AS p(id) WHERE walls.kind() = 'people'
UNION ALL
SELECT c.patient_id FROM patients_carerelationship c
 WHERE walls.kind() = 'hospital'
   AND c.hospital_id = (SELECT walls.hospital()) AND c.period @> (SELECT walls.moment())
   AND EXISTS (
       SELECT FROM patients_consent k
        WHERE k.patient_id = c.patient_id AND k.purpose = 'care'
          AND k.period @> (SELECT walls.moment()))
"""
NOBODY = "CREATE OR REPLACE VIEW walls.reach AS SELECT NULL::bigint AS patient_id WHERE false"

# Who somebody that signed in is: asked before there is a scope, and answered with keys only.
PATIENTS_OF = """
CREATE OR REPLACE FUNCTION walls.patients_of(signed_in bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    $$ SELECT id FROM patients_patient WHERE user_id = signed_in $$
"""

SUBSCRIBER = "EXISTS (SELECT FROM walls.subscribers s WHERE s.patient_id = {table}.patient_id)"


def of_patient(covered: str) -> str:
    """The same for the table of patients itself."""
    return covered.replace("{table}.patient_id", "{table}.id")


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial"), ("walls", "0001_roles")]
    operations = [
        Guard(
            "patients_patient",
            to=of_patient(any_of(HEALTH, SUBSCRIBER, SUPPORT)),
            app="SELECT, UPDATE",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
        Guard(
            "patients_consent",
            to=any_of(HEALTH, SUBSCRIBER, SUPPORT),
            app="SELECT, INSERT, UPDATE, DELETE",
            batch="SELECT, INSERT, UPDATE, DELETE",
            ingest="SELECT (patient_id, purpose, period)",
        ),
        Guard(
            "patients_carerelationship",
            to=HEALTH,
            app="SELECT",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
        Seeing("walls.reach", create=REACH, drop=NOBODY),
        Seeing(
            "walls.patients_of(bigint)",
            create=PATIENTS_OF,
            drop="DROP FUNCTION walls.patients_of(bigint)",
        ),
    ]
