from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from devices.models.device import Device
from devices.models.gateway import Gateway
from healthcare.history.tracking import tracked


@tracked()
class GatewayEntrustment(models.Model):
    """A gateway may post for a device during a time, judged by when a post arrives.

    Several gateways may hear one device: a hub at home and one in the ward.
    """

    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, related_name="entrustments")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="entrustments")
    period = DateTimeRangeField(help_text="half-open, [entrusted, withdrawn)")

    class Meta:
        ordering = ["period"]
        indexes = [
            # The look-up of a body's devices: a list of ids, which the constraint's index cannot.
            models.Index(fields=["gateway", "device"], name="entrusted_devices"),
        ]
        constraints = [
            ExclusionConstraint(
                name="entrusted_once_at_a_time",
                expressions=[
                    ("gateway", RangeOperators.EQUAL),
                    ("device", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]
