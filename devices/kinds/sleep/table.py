"""Where nights are stored. The migration `devices/0002` creates it."""

from devices.kinds.table import Table

TABLE = Table(
    name="devices_sleepnight",
    time="started_at",
    columns=(
        ("patient_id", "bigint"),
        ("started_at", "timestamptz"),
        ("device_id", "bigint"),
        ("device_reading_id", "text"),
        ("received_at", "timestamptz"),
        ("ended_at", "timestamptz"),
        ("stages", "smallint[]"),
        ("microseconds", "bigint[]"),
        ("utc_offset", "smallint"),
        ("ended_utc_offset", "smallint"),
        ("user_slot", "smallint"),
    ),
    values=("ended_at", "stages", "microseconds"),
    optional=("user_slot",),
    end="ended_at",
)
