from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce

from devices.models.device import Device
from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient

NO_SLOT = -1


@tracked()
class DeviceHolding(models.Model):
    """A person holds a device for a time, under one of its user slots.

    Without a slot the device names no users and every reading without one is this person's.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="holdings")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="device_holdings")
    user_slot = models.PositiveSmallIntegerField(null=True, blank=True)
    period = DateTimeRangeField(help_text="half-open, [handed over, handed on)")

    objects = ScopedManager("patient", opens=("support",))

    class Meta:
        ordering = ["period"]
        constraints = [
            ExclusionConstraint(
                name="slot_has_one_holder_at_a_time",
                expressions=[
                    ("device", RangeOperators.EQUAL),
                    # Two NULLs are never equal; two holders without a slot would be let through.
                    (Coalesce("user_slot", NO_SLOT), RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(user_slot=None) | models.Q(user_slot__lte=254),
                name="slot_is_one_a_device_can_name",
            ),
        ]
