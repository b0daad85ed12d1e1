"""Which scopes reach people to read only: the answer that `Restrict` asks."""

from django.db import migrations

# An error instead of `false`: whoever writes here has a bug, and shall hear of it. A scope of a
# hospital that names a person is one of break-glass.
MAY_WRITE = """
CREATE FUNCTION walls.may_write() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    scope text := CASE
        WHEN walls.kind() = 'hospital' AND walls.person() IS NOT NULL THEN 'break-glass'
        WHEN walls.kind() IN ('family', 'support', 'operator') THEN walls.kind()
    END;
BEGIN
    IF scope IS NOT NULL THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('This transaction may only read: its scope is %s.', scope),
            HINT = 'Write in a scope that covers the person by care, or that is their own.';
    END IF;
    RETURN true;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("walls", "0001_roles")]
    operations = [migrations.RunSQL(MAY_WRITE, "DROP FUNCTION walls.may_write()")]
