"""A kind's own migration is enough: nothing here or later lists the kinds.

A device's kind is text with a constraint, which each kind's migration widens. A partition is made
for every table of readings, and for nothing else: a partitioned table of the owner's whose rows
never change. The columns that ingest sees are those of its primary key.
"""

from django.db import migrations, models

MAKE_PARTITION = """
CREATE OR REPLACE FUNCTION devices_make_partition(parent text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    keys text := (
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
          FROM pg_class c
          JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
         CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE c.relname = parent AND c.relnamespace = current_schema()::regnamespace
           AND c.relkind = 'p' AND pg_get_userbyid(c.relowner) = current_user
           AND k.place <= i.indnkeyatts
           AND EXISTS (
               SELECT FROM pg_trigger t
                WHERE t.tgrelid = c.oid AND t.tgname = 'readings_never_change'));
    part text := parent || to_char(month, '_YYYY_MM');
    first timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    next timestamptz := (date_trunc('month', month::timestamp) + interval '1 month')
        AT TIME ZONE 'UTC';
BEGIN
    IF keys IS NULL THEN
        RAISE EXCEPTION '% has no partitions by month', parent;
    END IF;
    -- Made apart and then attached: CREATE TABLE ... PARTITION OF would stop every reader and
    -- writer of all other months while it waits for the last of them.
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, part, first, next);
    EXECUTE format('GRANT INSERT ON %I TO mimamori_ingest', part);
    EXECUTE format('GRANT SELECT (%s) ON %I TO mimamori_ingest', keys, part);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0011_member_browser")]

    operations = [
        migrations.AlterField("device", "kind", models.TextField(help_text="one of devices.kinds.known")),
        migrations.AlterField("devicehistory", "kind", models.TextField(help_text="one of devices.kinds.known")),
        # Taken back, the function stays: it does what the one before it did.
        migrations.RunSQL(MAKE_PARTITION, migrations.RunSQL.noop),
    ]
