from django.db import models

from devices.models.device import Device


class DeviceClaimCode(models.Model):
    """The code on a device's box: who has it in hand may take the device. Only its hash is kept."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="claim_code")
    hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
