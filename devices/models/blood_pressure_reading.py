from django.db import models
from django.db.models import F, Q

from devices.models.device import Device
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class BloodPressureReading(models.Model):
    """One stored measurement by a cuff. It never changes.

    The table is partitioned by the month of `measured_at` (UTC) and has one index, its primary
    key, which carries the values too. There is no surrogate key, and the foreign keys below are
    known to Django only: checking them would cost more than storing the row.
    Migration 0002 holds the SQL, docs/adr/0003 the reasons.
    """

    pk = models.CompositePrimaryKey("patient_id", "measured_at", "device_id", "device_reading_id")
    patient = models.ForeignKey(
        Patient,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    measured_at = models.DateTimeField()
    device = models.ForeignKey(
        Device, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    device_reading_id = models.TextField(default="", help_text="the device's own id, or empty")
    systolic = models.SmallIntegerField(help_text="mmHg")
    diastolic = models.SmallIntegerField(help_text="mmHg")
    pulse = models.SmallIntegerField(null=True, help_text="1/min")
    mean_arterial = models.SmallIntegerField(null=True, help_text="mmHg, as the device measured")
    flags = models.SmallIntegerField(default=0, help_text="bits of kinds.blood_pressure.FLAGS")
    utc_offset = models.SmallIntegerField(help_text="minutes east of UTC where it was measured")
    user_slot = models.SmallIntegerField(null=True)
    received_at = models.DateTimeField()
    original = models.JSONField(null=True, help_text="what the columns cannot hold, as sent")

    objects = ScopedManager("patient", opens=("family",))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(diastolic__gt=0) & Q(systolic__gt=F("diastolic")),
                name="systolic_over_diastolic",
            ),
        ]
