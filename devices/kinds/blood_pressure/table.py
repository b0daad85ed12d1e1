"""Where blood-pressure readings are stored. The migration `devices/0002` creates it."""

from devices.kinds.table import Table

TABLE = Table(
    name="devices_bloodpressurereading",
    time="measured_at",
    columns=(
        ("patient_id", "bigint"),
        ("measured_at", "timestamptz"),
        ("device_id", "bigint"),
        ("device_reading_id", "text"),
        ("received_at", "timestamptz"),
        ("systolic", "smallint"),
        ("diastolic", "smallint"),
        ("pulse", "smallint"),
        ("mean_arterial", "smallint"),
        ("flags", "smallint"),
        ("utc_offset", "smallint"),
        ("user_slot", "smallint"),
        ("original", "jsonb"),
    ),
    values=("systolic", "diastolic", "pulse", "mean_arterial", "flags"),
    optional=("pulse", "mean_arterial", "user_slot", "original"),
)
