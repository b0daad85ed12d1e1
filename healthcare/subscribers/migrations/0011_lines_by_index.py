from django.db import migrations

# One look into an index for each line that was written, whatever the planner believes of the
# table: a plan made for a few lines, or for a table that was just emptied, is kept for the session
# and would read all lines again for each of a million. OFFSET 0 keeps the look a look; without it
# PostgreSQL makes a join of it.
APART = """
CREATE OR REPLACE FUNCTION subscribers_lines_apart() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM written w WHERE EXISTS (
            SELECT FROM subscribers_line l WHERE l.number = w.number
                AND l.id <> w.id AND l.period && w.period OFFSET 0)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'exclusion_violation',
            CONSTRAINT = 'number_has_one_holder_at_a_time',
            TABLE = TG_TABLE_NAME,
            MESSAGE = 'a number would have two holders at a time: '
                'number_has_one_holder_at_a_time';
    END IF;
    IF EXISTS (
        SELECT FROM written w WHERE EXISTS (
            SELECT FROM subscribers_line l WHERE l.contract_id = w.contract_id
                AND l.id <> w.id AND l.period && w.period OFFSET 0)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'exclusion_violation',
            CONSTRAINT = 'contract_has_one_number_at_a_time',
            TABLE = TG_TABLE_NAME,
            MESSAGE = 'a contract would have two numbers at a time: '
                'contract_has_one_number_at_a_time';
    END IF;
    RETURN NULL;
END $$;
"""

JOINED = """
CREATE OR REPLACE FUNCTION subscribers_lines_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM written w JOIN subscribers_line l ON l.number = w.number
        WHERE l.id <> w.id AND l.period && w.period
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'exclusion_violation',
            CONSTRAINT = 'number_has_one_holder_at_a_time',
            TABLE = TG_TABLE_NAME,
            MESSAGE = 'a number would have two holders at a time: '
                'number_has_one_holder_at_a_time';
    END IF;
    IF EXISTS (
        SELECT FROM written w JOIN subscribers_line l ON l.contract_id = w.contract_id
        WHERE l.id <> w.id AND l.period && w.period
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'exclusion_violation',
            CONSTRAINT = 'contract_has_one_number_at_a_time',
            TABLE = TG_TABLE_NAME,
            MESSAGE = 'a contract would have two numbers at a time: '
                'contract_has_one_number_at_a_time';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0010_manifests")]
    operations = [migrations.RunSQL(APART, JOINED)]
