from django.db import migrations

# Writers take turns, so each sees the lines of those before; then what a statement wrote is
# compared with every line of the same number or contract, in one join.
FUNCTIONS = """
CREATE FUNCTION subscribers_line_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1835887977);
    RETURN NULL;
END $$;

CREATE FUNCTION subscribers_lines_apart() RETURNS trigger LANGUAGE plpgsql AS $$
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

TRIGGERS = """
CREATE TRIGGER line_writers_take_turns BEFORE INSERT OR UPDATE ON subscribers_line
    FOR EACH STATEMENT EXECUTE FUNCTION subscribers_line_turn();
CREATE TRIGGER new_lines_apart AFTER INSERT ON subscribers_line
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION subscribers_lines_apart();
CREATE TRIGGER changed_lines_apart AFTER UPDATE ON subscribers_line
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION subscribers_lines_apart();
"""

UNDO = """
DROP TRIGGER changed_lines_apart ON subscribers_line;
DROP TRIGGER new_lines_apart ON subscribers_line;
DROP TRIGGER line_writers_take_turns ON subscribers_line;
DROP FUNCTION subscribers_lines_apart();
DROP FUNCTION subscribers_line_turn();
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0002_demo_operator")]
    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO)]
