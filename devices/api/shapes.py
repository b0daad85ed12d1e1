"""The JSON of stored readings and devices."""

from datetime import datetime, timedelta, timezone
from typing import Any

from rest_framework import serializers

from devices.kinds.blood_pressure.payload import FLAGS, flag_names
from devices.kinds.sleep.payload import STAGES, staged
from devices.models import BloodPressureReading, DeviceHolding, Kind, RetractionCause, SleepNight


class LocalTime(serializers.DateTimeField):
    """A moment as the clock showed it where it was measured."""

    def __init__(self, *, offset: str, **kwargs: Any) -> None:
        self.offset = offset
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        assert self.field_name is not None  # a bound field has its name
        time: datetime = getattr(value, self.field_name)
        zone = timezone(timedelta(minutes=getattr(value, self.offset)))
        return time.astimezone(zone).isoformat()


class Retracted(serializers.ChoiceField):
    """Why the reading no longer counts; null when it does."""

    def __init__(self) -> None:
        super().__init__(
            choices=RetractionCause.choices,
            allow_null=True,
            read_only=True,
            help_text="why the reading no longer counts; null when it does",
        )


class PressureShape(serializers.Serializer[BloodPressureReading]):
    """One blood-pressure reading, in the names of the item that a device sends; mmHg."""

    kind = serializers.CharField(read_only=True, default=Kind.BLOOD_PRESSURE.value)
    device = serializers.CharField(source="device.serial")
    id = serializers.CharField(source="device_reading_id", help_text="the device's own, or empty")
    measured_at = LocalTime(offset="utc_offset")
    systolic = serializers.IntegerField()
    diastolic = serializers.IntegerField()
    pulse = serializers.IntegerField(allow_null=True)
    mean_arterial = serializers.IntegerField(allow_null=True)
    flags = serializers.SerializerMethodField()
    user_slot = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField()
    retracted = Retracted()
    original = serializers.JSONField(allow_null=True)

    def get_flags(self, row: BloodPressureReading) -> list[str]:
        names = flag_names(row.flags)
        return [flag for flag in FLAGS if flag in names]


class StageShape(serializers.Serializer[Any]):
    """One stage and how long it lasted."""

    stage = serializers.ChoiceField(choices=STAGES)
    minutes = serializers.FloatField()


class NightShape(serializers.Serializer[SleepNight]):
    """One night, in the names of the item that a device sends."""

    kind = serializers.CharField(read_only=True, default=Kind.SLEEP.value)
    device = serializers.CharField(source="device.serial")
    id = serializers.CharField(source="device_reading_id", help_text="the device's own, or empty")
    started_at = LocalTime(offset="utc_offset")
    ended_at = LocalTime(offset="ended_utc_offset")
    stages = serializers.SerializerMethodField()
    user_slot = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField()
    retracted = Retracted()

    def get_stages(self, row: SleepNight) -> list[dict[str, Any]]:
        stages = staged(row.stages, row.microseconds)
        return [{"stage": stage, "minutes": minutes} for stage, minutes in stages]


class DeviceShape(serializers.Serializer[DeviceHolding]):
    """A device in somebody's hands."""

    serial = serializers.CharField(source="device.serial")
    kind = serializers.ChoiceField(source="device.kind", choices=Kind.choices)
    model = serializers.CharField(source="device.model")
    patient = serializers.IntegerField(source="patient_id")
    user_slot = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField(source="period.lower")
