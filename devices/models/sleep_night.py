from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from devices.models.device import Device
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class SleepNight(models.Model):
    """One stored time in bed with its stages in order. It never changes.

    `stages` and `microseconds` are parallel; a stage lasts as exactly as a time is stored.
    Partitioned by the month of `started_at` like blood pressure; see there.
    """

    pk = models.CompositePrimaryKey("patient_id", "started_at", "device_id", "device_reading_id")
    patient = models.ForeignKey(
        Patient,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    started_at = models.DateTimeField(help_text="lights off")
    device = models.ForeignKey(
        Device, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    device_reading_id = models.TextField(default="", help_text="the device's own id, or empty")
    ended_at = models.DateTimeField(help_text="lights on")
    stages = ArrayField(models.SmallIntegerField(), help_text="codes of kinds.sleep.STAGES")
    microseconds = ArrayField(models.BigIntegerField(), help_text="how long each stage lasted")
    utc_offset = models.SmallIntegerField(help_text="minutes east of UTC at lights off")
    ended_utc_offset = models.SmallIntegerField(help_text="minutes east of UTC at lights on")
    user_slot = models.SmallIntegerField(null=True)
    received_at = models.DateTimeField()

    objects = ScopedManager("patient", opens=("family",))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("started_at")), name="night_ends_after_start"
            ),
        ]
