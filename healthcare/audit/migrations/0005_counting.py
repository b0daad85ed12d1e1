"""How much somebody looked at and did, for the limits of a day: keys and figures only."""

from django.db import migrations

from healthcare.walls.seeing import Seeing

# The condition is that of the index `access_by_person`.
PEOPLE_SEEN = """
CREATE OR REPLACE FUNCTION walls.people_seen_by(who text, since timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT patient_id FROM audit_accessevent
     WHERE actor_kind = 'user' AND actor_id = who AND at >= since
       AND NOT what IN ('clinic.worklist', 'api.devices')
$$
"""
TIMES_DONE = """
CREATE OR REPLACE FUNCTION walls.times_done_by(who text, what text[], since timestamptz)
RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM audit_auditrecord
     WHERE actor_kind = 'user' AND actor_id = who AND action = ANY (what) AND at > since
$$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_access_by_person"), ("walls", "0001_roles")]
    operations = [
        Seeing(
            "walls.people_seen_by(text, timestamptz)",
            create=PEOPLE_SEEN,
            drop="DROP FUNCTION walls.people_seen_by(text, timestamptz)",
        ),
        Seeing(
            "walls.times_done_by(text, text[], timestamptz)",
            create=TIMES_DONE,
            drop="DROP FUNCTION walls.times_done_by(text, text[], timestamptz)",
            to=("mimamori_app", "mimamori_batch"),
        ),
    ]
