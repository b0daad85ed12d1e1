"""Where recordings are stored. The migration `devices/0014` creates it.

A single value is a recording of one sample with `sample_seconds` 0.
"""

from devices.kinds.table import Table

TABLE = Table(
    name="devices_oximetryreading",
    time="started_at",
    columns=(
        ("patient_id", "bigint"),
        ("started_at", "timestamptz"),
        ("device_id", "bigint"),
        ("device_reading_id", "text"),
        ("received_at", "timestamptz"),
        ("ended_at", "timestamptz"),
        ("sample_seconds", "smallint"),
        ("spo2", "smallint[]"),
        ("pulse", "smallint[]"),
        ("utc_offset", "smallint"),
        ("user_slot", "smallint"),
    ),
    values=("ended_at", "sample_seconds", "spo2", "pulse"),
    optional=("pulse", "user_slot"),
    end="ended_at",
)
