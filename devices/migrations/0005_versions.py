"""What raises the version of a device or a gateway: docs/device-credentials.md.

The functions are batch's, because whoever withdraws a consent or ends a holding need not be
allowed to write devices, nor to see who else holds them.
"""

from django.db import migrations

from healthcare.walls.seeing import Seeing

HEAD = """
CREATE OR REPLACE FUNCTION walls.{name} RETURNS {returns}
LANGUAGE {language} SECURITY DEFINER SET search_path = public, pg_temp AS $$
{body}
$$
"""
# The row is locked by the change until that commits; every later look sees the new version. In
# one order, so that two changes never wait for each other in a ring.
RAISE = """
    SELECT id FROM {table} WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE {table} SET version = version + 1 WHERE id = ANY (ids);
"""
CREDENTIAL = """
BEGIN
    PERFORM walls.devices_raise_devices(array_agg(DISTINCT device_id)) FROM affected
      WHERE device_id IS NOT NULL HAVING count(*) > 0;
    PERFORM walls.devices_raise_gateways(array_agg(DISTINCT gateway_id)) FROM affected
      WHERE gateway_id IS NOT NULL HAVING count(*) > 0;
    RETURN NULL;
END
"""
ENTRUSTMENT = """
BEGIN
    PERFORM walls.devices_raise_gateways(array_agg(DISTINCT gateway_id)) FROM affected
      HAVING count(*) > 0;
    RETURN NULL;
END
"""
HOLDING = """
BEGIN
    PERFORM walls.devices_raise_devices(array_agg(DISTINCT device_id)) FROM affected
      HAVING count(*) > 0;
    RETURN NULL;
END
"""
CONSENT = """
BEGIN
    PERFORM walls.devices_raise_devices(array_agg(DISTINCT h.device_id))
      FROM affected c JOIN devices_deviceholding h ON h.patient_id = c.patient_id
     WHERE c.purpose = 'care' HAVING count(*) > 0;
    RETURN NULL;
END
"""
# The row itself; and nobody who saves an older copy of it takes a version back.
ROW = """
CREATE FUNCTION devices_row_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.retired_at IS DISTINCT FROM OLD.retired_at THEN
        NEW.version := OLD.version + 1;
    ELSE
        NEW.version := GREATEST(NEW.version, OLD.version);
    END IF;
    RETURN NEW;
END
$$;
"""
INSERT, UPDATE, DELETE = ("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")
MOVED = ("UPDATE", "OLD")  # a row may move from one person or device to another
# A new key or a new right takes nothing away, so what is remembered may stay.
TRIGGERS = (
    ("devices_devicecredential", "devices_credential_changed", (MOVED, DELETE)),
    ("devices_gatewayentrustment", "devices_entrustment_changed", (MOVED, DELETE)),
    ("devices_deviceholding", "devices_holding_changed", (INSERT, UPDATE, MOVED, DELETE)),
    ("patients_consent", "devices_consent_changed", (INSERT, UPDATE, MOVED, DELETE)),
)
ROWS = ("devices_device", "devices_gateway")


def made(name: str, returns: str, language: str, body: str, *, to: str) -> Seeing:
    create = HEAD.format(name=name, returns=returns, language=language, body=body)
    name = name.replace("ids ", "")
    return Seeing(f"walls.{name}", create=create, drop=f"DROP FUNCTION walls.{name}", to=(to,))


def raising(rows: str, table: str) -> Seeing:
    body = RAISE.format(table=table)
    return made(f"devices_raise_{rows}(ids bigint[])", "void", "sql", body, to="mimamori_batch")


def on_change(function: str, body: str) -> Seeing:
    # The owner, who makes the triggers, may name it there; nobody calls it.
    return made(f"{function}()", "trigger", "plpgsql", body, to="SESSION_USER")


MAKE = ROW + "".join(
    f"CREATE TRIGGER {function}_{event.lower()}_{rows.lower()} AFTER {event} ON {table}"
    f" REFERENCING {rows} TABLE AS affected"
    f" FOR EACH STATEMENT EXECUTE FUNCTION walls.{function}();\n"
    for table, function, events in TRIGGERS
    for event, rows in events
) + "".join(
    f"CREATE TRIGGER devices_row_changed BEFORE UPDATE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION devices_row_changed();\n"
    for table in ROWS
)
UNDO = "".join(
    f"DROP TRIGGER {function}_{event.lower()}_{rows.lower()} ON {table};\n"
    for table, function, events in TRIGGERS
    for event, rows in events
) + "".join(
    f"DROP TRIGGER devices_row_changed ON {table};\n" for table in ROWS
) + "DROP FUNCTION devices_row_changed();\n"


class Migration(migrations.Migration):
    dependencies = [("devices", "0004_gateways_and_apps"), ("patients", "0002_walls")]

    operations = [
        raising("devices", "devices_device"),
        raising("gateways", "devices_gateway"),
        on_change("devices_credential_changed", CREDENTIAL),
        on_change("devices_entrustment_changed", ENTRUSTMENT),
        on_change("devices_holding_changed", HOLDING),
        on_change("devices_consent_changed", CONSENT),
        migrations.RunSQL(MAKE, UNDO),
    ]
