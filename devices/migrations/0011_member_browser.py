"""A member's own browser as a sender of readings: whose session it is, and what it sent in vain."""

import django.db.models.deletion
from django.db import migrations, models

from healthcare.walls.seeing import Seeing

# Whether the session idled was asked when the request came in; here, whether it was ended since.
BROWSER_OF = """
CREATE OR REPLACE FUNCTION walls.devices_browser_of(signed_in bigint, moment timestamptz)
RETURNS TABLE (patient_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id
      FROM accounts_session s
      JOIN accounts_user u ON u.id = s.user_id
      JOIN patients_patient p ON p.user_id = u.id
     WHERE s.id = signed_in AND s.ended_at IS NULL AND u.is_active
       AND EXISTS (SELECT FROM patients_consent c WHERE c.patient_id = p.id
                      AND c.purpose = 'care' AND c.period @> moment AND upper_inf(c.period))
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sessions_and_cache"),
        ("devices", "0010_dead_letters"),
        ("patients", "0006_access_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="quarantineditem",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                help_text="the member whose own browser sent it",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sent_items",
                to="patients.patient",
            ),
        ),
        Seeing(
            "walls.devices_browser_of(bigint, timestamptz)",
            create=BROWSER_OF,
            drop="DROP FUNCTION walls.devices_browser_of(bigint, timestamptz)",
            to=("mimamori_ingest",),
        ),
    ]
