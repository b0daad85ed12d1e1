"""Where weights are stored. The migration `devices/0013` creates it."""

from devices.kinds.table import Table

TABLE = Table(
    name="devices_weightreading",
    time="measured_at",
    columns=(
        ("patient_id", "bigint"),
        ("measured_at", "timestamptz"),
        ("device_id", "bigint"),
        ("device_reading_id", "text"),
        ("received_at", "timestamptz"),
        ("grams", "integer"),
        ("body_fat_permille", "smallint"),
        ("utc_offset", "smallint"),
        ("user_slot", "smallint"),
        ("original", "jsonb"),
    ),
    values=("grams", "body_fat_permille"),
    optional=("body_fat_permille", "user_slot", "original"),
)
