"""What raises the version of a device or a gateway: docs/device-credentials.md.

The functions run as their owner, because whoever withdraws a consent or ends a holding need not
be allowed to write devices.
"""

from django.db import migrations

RAISE = """
-- Its row is locked by the change until that commits, and every later look sees the new version.
CREATE FUNCTION devices_raise_devices(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- In one order, so that two changes never wait for each other in a ring.
    SELECT id FROM devices_device WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE devices_device SET version = version + 1 WHERE id = ANY (ids);
$$;

CREATE FUNCTION devices_raise_gateways(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM devices_gateway WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE devices_gateway SET version = version + 1 WHERE id = ANY (ids);
$$;

CREATE FUNCTION devices_credential_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM devices_raise_devices(array_agg(DISTINCT device_id)) FROM former
      WHERE device_id IS NOT NULL HAVING count(*) > 0;
    PERFORM devices_raise_gateways(array_agg(DISTINCT gateway_id)) FROM former
      WHERE gateway_id IS NOT NULL HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION devices_entrustment_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM devices_raise_gateways(array_agg(DISTINCT gateway_id)) FROM former
      HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION devices_holding_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM devices_raise_devices(array_agg(DISTINCT device_id)) FROM affected
      HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION devices_consent_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM devices_raise_devices(array_agg(DISTINCT h.device_id))
      FROM affected c JOIN devices_deviceholding h ON h.patient_id = c.patient_id
     WHERE c.purpose = 'care' HAVING count(*) > 0;
    RETURN NULL;
END
$$;

-- The row itself; and nobody who saves an older copy of it takes a version back.
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


def trigger(table: str, function: str, event: str, rows: str, name: str) -> str:
    return (
        f"CREATE TRIGGER {function}_{event.lower()}_{rows.lower()} AFTER {event} ON {table}"
        f" REFERENCING {rows} TABLE AS {name}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
    )


TRIGGERS = (
    # A new key takes nothing away, so what is remembered may stay.
    *(("devices_devicecredential", "devices_credential_changed", event, "OLD", "former")
      for event in ("UPDATE", "DELETE")),
    *(("devices_gatewayentrustment", "devices_entrustment_changed", event, "OLD", "former")
      for event in ("UPDATE", "DELETE")),
    # Both sides of an update: a row may move from one person or device to another.
    *((table, function, event, rows, "affected")
      for table, function in (
          ("devices_deviceholding", "devices_holding_changed"),
          ("patients_consent", "devices_consent_changed"))
      for event, rows in (
          ("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD"))),
)
ROWS = ("devices_device", "devices_gateway")

MAKE = RAISE + "".join(trigger(*said) for said in TRIGGERS) + "".join(
    f"CREATE TRIGGER devices_row_changed BEFORE UPDATE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION devices_row_changed();\n"
    for table in ROWS
)
UNDO = "".join(
    f"DROP TRIGGER {function}_{event.lower()}_{rows.lower()} ON {table};\n"
    for table, function, event, rows, _ in TRIGGERS
) + "".join(f"DROP TRIGGER devices_row_changed ON {table};\n" for table in ROWS) + """
DROP FUNCTION devices_row_changed();
DROP FUNCTION devices_consent_changed();
DROP FUNCTION devices_holding_changed();
DROP FUNCTION devices_entrustment_changed();
DROP FUNCTION devices_credential_changed();
DROP FUNCTION devices_raise_gateways(bigint[]);
DROP FUNCTION devices_raise_devices(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0004_gateways_and_apps"), ("patients", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, UNDO)]
