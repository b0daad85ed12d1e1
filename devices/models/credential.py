from django.db import models

from devices.models.device import Device
from devices.models.gateway import Gateway
from healthcare.history.tracking import tracked


@tracked(exclude=("hash",))
class DeviceCredential(models.Model):
    """The key of a device or a gateway. Only its keyed hash is stored.

    Two may live at once, so that a device can change keys without losing a reading; the third is
    refused by the database: each live one stands in one of two places.
    """

    device = models.ForeignKey(
        Device, on_delete=models.CASCADE, null=True, blank=True, related_name="credentials"
    )
    gateway = models.ForeignKey(
        Gateway, on_delete=models.CASCADE, null=True, blank=True, related_name="credentials"
    )
    place = models.PositiveSmallIntegerField(help_text="1 or 2")
    prefix = models.CharField(max_length=12, help_text="first characters, to tell tokens apart")
    hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(device=None) ^ models.Q(gateway=None),
                name="credential_is_of_a_device_or_a_gateway",
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=[1, 2]), name="credential_has_one_of_two_places"
            ),
            models.UniqueConstraint(
                fields=["device", "place"],
                condition=models.Q(revoked_at=None),
                name="two_live_credentials_a_device",
            ),
            models.UniqueConstraint(
                fields=["gateway", "place"],
                condition=models.Q(revoked_at=None),
                name="two_live_credentials_a_gateway",
            ),
        ]
