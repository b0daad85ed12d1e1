"""What follows when readings are stored, wherever that happens: their people have news."""

from django.db import migrations

SIGNATURE = "devices_readings_stored(people bigint[], received timestamptz)"
FOLLOWS = f"""
CREATE OR REPLACE FUNCTION {SIGNATURE}
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_news (patient_ids, received_at) VALUES (people, received);
END $$;
"""
NOTHING_FOLLOWS = f"""
CREATE OR REPLACE FUNCTION {SIGNATURE}
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0018_store_plain"), ("reports", "0006_news")]

    operations = [migrations.RunSQL(FOLLOWS, NOTHING_FOLLOWS)]
