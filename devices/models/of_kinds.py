"""The model of each kind's readings. Those that have no file of their own are made here, from the
columns that the kind's folder declares.

Such a model has a composite key, foreign keys that only Django knows, and the walls of the table.
Its table is partitioned by month and made by `devices.reading_tables`; docs/adr/0003 has the
reasons.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from devices.kinds.known import KINDS
from devices.kinds.table import KEY, Table
from devices.models.blood_pressure_reading import BloodPressureReading
from devices.models.sleep_night import SleepNight
from healthcare.hospitals.scope import ScopedManager

_BY_TYPE: "dict[str, type[models.Field[Any, Any]]]" = {
    "bigint": models.BigIntegerField,
    "integer": models.IntegerField,
    "smallint": models.SmallIntegerField,
    "real": models.FloatField,
    "double precision": models.FloatField,
    "boolean": models.BooleanField,
    "text": models.TextField,
    "timestamptz": models.DateTimeField,
    "jsonb": models.JSONField,
}


def fields(
    time: str, columns: Iterable[tuple[str, str]], optional: Iterable[str]
) -> "dict[str, models.Field[Any, Any]]":
    """Django's fields for a table of readings. `columns` are those behind the key."""
    reference: dict[str, Any] = {
        "on_delete": models.DO_NOTHING,
        "db_constraint": False,
        "db_index": False,
        "related_name": "+",
    }
    made: dict[str, models.Field[Any, Any]] = {
        # Spelled out as Django completes it: migrations compare what a field was told.
        "pk": models.CompositePrimaryKey(
            "patient_id",
            time,
            "device_id",
            "device_reading_id",
            blank=True,
            editable=False,
            primary_key=True,
            serialize=False,
        ),
        "patient": models.ForeignKey("patients.Patient", **reference),
        time: models.DateTimeField(),
        "device": models.ForeignKey("devices.Device", **reference),
        "device_reading_id": models.TextField(
            default="", help_text="the device's own id, or empty"
        ),
    }
    may_be_null = set(optional)
    for name, type_ in columns:
        made[name] = _field(type_, null=name in may_be_null)
    return made


def _field(type_: str, *, null: bool) -> "models.Field[Any, Any]":
    element = type_.removesuffix("[]")
    if element != type_:
        return ArrayField(_BY_TYPE[element](), null=null)
    return _BY_TYPE[type_](null=null)


def _made(name: str, table: Table) -> type[models.Model]:
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": f"One stored reading of kind {name}. It never changes.",
        "objects": ScopedManager("patient"),
        **fields(table.time, table.columns[KEY:], table.optional),
    }
    model: type[models.Model] = type(
        f"{name.title().replace('_', '')}Reading", (models.Model,), attributes
    )
    assert model._meta.db_table == table.name, (model._meta.db_table, table.name)
    return model


_OF_THEIR_OWN: Mapping[str, type[models.Model]] = {
    model._meta.db_table: model for model in (BloodPressureReading, SleepNight)
}

READINGS: Mapping[str, type[models.Model]] = MappingProxyType(
    {
        kind.name: _OF_THEIR_OWN.get(kind.table.name) or _made(kind.name, kind.table)
        for kind in KINDS.values()
    }
)
"""The model of a kind's readings, by the kind's name."""
