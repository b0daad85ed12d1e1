"""The walls around what members approved, and what the way of readings may ask of it.

A member's pages and the app's own requests reach that member's rows; the clinic, an operator and
the support desk none. Whoever takes readings in asks two functions and reads no row.
"""

from django.db import migrations

from healthcare.walls.guarding import OWN, Guard, through
from healthcare.walls.seeing import Seeing

# A member's app, while the approval, the app, the log-in and the consent to care all stand.
APP_OF = """
CREATE OR REPLACE FUNCTION walls.devices_app_of(presented bytea, moment timestamptz)
RETURNS TABLE (grant_id bigint, app text, patient_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, m.name, a.patient_id
      FROM devices_apptoken t
      JOIN devices_appgrant a ON a.id = t.grant_id
      JOIN devices_memberapp m ON m.id = a.app_id
      JOIN accounts_user u ON u.id = a.user_id
      JOIN patients_patient p ON p.id = a.patient_id AND p.user_id = u.id
     WHERE t.access_hash = presented AND t.replaced_at IS NULL AND t.access_expires_at > moment
       AND a.ended_at IS NULL AND m.retired_at IS NULL AND u.is_active
       AND EXISTS (SELECT FROM patients_consent c WHERE c.patient_id = a.patient_id
                      AND c.purpose = 'care' AND c.period @> moment AND upper_inf(c.period))
$$
"""
# Whose request it is, asked before there is a scope, by somebody who holds a code or a token.
OWNER = """
CREATE OR REPLACE FUNCTION walls.devices_app_owner(presented bytea) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.patient_id FROM devices_appgrant a WHERE a.id = COALESCE(
        (SELECT grant_id FROM devices_appcode WHERE hash = presented),
        (SELECT grant_id FROM devices_apptoken WHERE refresh_hash = presented),
        (SELECT grant_id FROM devices_apptoken WHERE access_hash = presented))
$$
"""
ENTRUSTED = "devices_gatewayentrustment"


class Migration(migrations.Migration):
    dependencies = [("devices", "0005_versions")]

    operations = [
        Guard(
            "devices_appgrant",
            to=OWN,
            app="SELECT, INSERT, UPDATE",
            batch="SELECT, UPDATE, DELETE",
        ),
        *(
            Guard(
                table,
                to=through("devices_appgrant", "grant_id"),
                app="SELECT, INSERT, UPDATE",
                batch="SELECT, UPDATE, DELETE",
            )
            for table in ("devices_appcode", "devices_apptoken")
        ),
        migrations.RunSQL(
            f"GRANT SELECT ON {ENTRUSTED} TO mimamori_ingest",
            f"REVOKE SELECT ON {ENTRUSTED} FROM mimamori_ingest",
        ),
        Seeing(
            "walls.devices_app_of(bytea, timestamptz)",
            create=APP_OF,
            drop="DROP FUNCTION walls.devices_app_of(bytea, timestamptz)",
            to=("mimamori_ingest",),
        ),
        Seeing(
            "walls.devices_app_owner(bytea)",
            create=OWNER,
            drop="DROP FUNCTION walls.devices_app_owner(bytea)",
        ),
    ]
