from django.contrib.postgres.fields import ArrayField
from django.db import models

from devices.models.device import Device


class DeviceStatus(models.Model):
    """How a device is: when it was heard last, and what it says of itself. One row a device.

    It says nothing about people. `devices.status.note` writes it, at most every quarter of an hour
    for a device of which nothing changed.
    """

    device = models.OneToOneField(
        Device, on_delete=models.CASCADE, primary_key=True, related_name="status"
    )
    last_seen_at = models.DateTimeField(db_index=True)
    battery = models.SmallIntegerField(null=True, help_text="percent")
    firmware = models.TextField(blank=True, default="", help_text="as the device says")
    lags = ArrayField(
        models.IntegerField(),
        default=list,
        help_text="seconds from the latest time in a post to its arrival, newest first",
    )
    sent_lag = models.IntegerField(
        null=True, help_text="seconds from the time at which the device sent to the arrival"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(battery=None) | models.Q(battery__range=(0, 100)),
                name="battery_is_a_percentage",
            ),
        ]
