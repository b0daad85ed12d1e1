"""The walls around panels, break-glass, watchers and notices, and whom these reach.

Break-glass reaches what care reaches, but only in a scope that names the clinician, which only
doors that read open. Watching along reaches less: `walls.watched` is asked by the few tables that
a family sees, and by no other.
"""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, SUPPORT, Guard, any_of, through
from healthcare.walls.seeing import Seeing

CARE = """
SELECT p.id AS patient_id FROM unnest(walls.people()) AS p(id) WHERE walls.kind() = 'people'
UNION ALL
SELECT r.patient_id FROM patients_reach r
 WHERE walls.kind() = 'hospital' {nobody}
   AND r.hospital_id = (SELECT walls.hospital()) AND r.since <= (SELECT walls.moment()) AND r.until > (SELECT walls.moment())
"""
OPENED = """
UNION ALL
SELECT b.patient_id FROM patients_breakglass b
 WHERE walls.kind() = 'hospital'
   AND b.user_id = (SELECT walls.person()) AND b.hospital_id = (SELECT walls.hospital())
   AND b.period @> (SELECT walls.moment())
"""
REACH = (
    "CREATE OR REPLACE VIEW walls.reach AS"
    + CARE.format(nobody="AND (SELECT walls.person()) IS NULL")
    + OPENED
)
BEFORE = "CREATE OR REPLACE VIEW walls.reach AS" + CARE.format(nobody="")

WATCHED = """
CREATE OR REPLACE VIEW walls.watched AS
SELECT w.patient_id FROM patients_watcher w
 WHERE walls.kind() = 'family'
   AND w.user_id = (SELECT walls.person()) AND w.period @> (SELECT walls.moment())
   AND EXISTS (
       SELECT FROM patients_consent k
        WHERE k.patient_id = w.patient_id AND k.purpose = 'care'
          AND k.period @> (SELECT walls.moment()))
"""

FAMILY = "EXISTS (SELECT FROM walls.watched w WHERE w.patient_id = {table}.patient_id)"
SUBSCRIBER = "EXISTS (SELECT FROM walls.subscribers s WHERE s.patient_id = {table}.patient_id)"
ITS_HOSPITAL = (
    "walls.kind() = 'hospital' AND walls.person() IS NULL"
    " AND {table}.hospital_id = walls.hospital()"
)
OWN_WATCHING = "walls.kind() = 'family' AND {table}.user_id = walls.person()"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def of_patient(covered: str) -> str:
    """The same for the table of patients itself."""
    return covered.replace("{table}.patient_id", "{table}.id")


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0005_panels_breakglass_watchers"),
        ("subscribers", "0004_walls"),
        ("walls", "0001_roles"),
    ]
    operations = [
        Guard("patients_panel", to=ITS_HOSPITAL, app="SELECT, INSERT, UPDATE", batch=ALL),
        Guard(
            "patients_panelstaff", to=through("patients_panel", "panel_id"), app=ALL, batch=ALL
        ),
        Guard(
            "patients_panelpatient",
            to=f"({HEALTH}) AND {through('patients_panel', 'panel_id')}",
            app=ALL,
            batch=ALL,
        ),
        Guard("patients_breakglass", to=HEALTH, app="SELECT, UPDATE", batch=ALL),
        Guard("patients_notice", to=ITS_HOSPITAL, app="SELECT, INSERT, UPDATE", batch=ALL),
        Guard("patients_budgetlift", to=ITS_HOSPITAL, app="SELECT, INSERT", batch=ALL),
        Guard("patients_watcher", to=any_of(HEALTH, OWN_WATCHING), app=ALL, batch=ALL),
        Seeing("walls.reach", create=REACH, drop=BEFORE),
        Seeing("walls.watched", create=WATCHED, drop="DROP VIEW walls.watched"),
        Guard(
            "patients_patient",
            to=of_patient(any_of(HEALTH, SUBSCRIBER, SUPPORT, FAMILY)),
            app="SELECT, UPDATE",
            batch=ALL,
        ),
        Guard(
            "patients_consent",
            to=any_of(HEALTH, SUBSCRIBER, SUPPORT, f"{{table}}.purpose = 'care' AND {FAMILY}"),
            app=ALL,
            batch=ALL,
            ingest="SELECT (patient_id, purpose, period)",
        ),
        Guard(
            "patients_carerelationship", to=any_of(HEALTH, FAMILY), app="SELECT", batch=ALL
        ),
    ]
