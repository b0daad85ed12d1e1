from django.db import models

from devices.kinds.known import KINDS
from healthcare.audit.actors import Actor
from healthcare.history.tracking import tracked


@tracked()
class Device(models.Model):
    """A thing that measures. It says nothing about people: whose it is, is a `DeviceHolding`."""

    kind = models.TextField(help_text="one of devices.kinds.known")
    serial = models.TextField(unique=True)
    model = models.TextField(blank=True, help_text="as its maker names it: Beurer BM85")
    firmware = models.TextField(blank=True)
    lot = models.TextField(blank=True)
    timezone = models.TextField(default="Asia/Tokyo", help_text="where it was handed over")
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    # Raised by triggers with every change of its keys, holders, their consents: what a process
    # remembers of the device counts only while this is what it was (devices/authenticating.py).
    version = models.BigIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        ordering = ["serial"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=sorted(KINDS)), name="device_kind_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(serial=""), name="device_has_serial"),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def actor(self) -> Actor:
        """This device as the one accountable for what it posts."""
        return Actor("device", id=str(self.pk), name=self.serial)
