from django.db import models

from healthcare.audit.actors import Actor
from healthcare.history.tracking import tracked


@tracked()
class Gateway(models.Model):
    """Something that posts for many devices: a hub in a ward, a partner's platform."""

    name = models.TextField(unique=True)
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    # Raised by triggers with every change of its keys: see `Device.version`.
    version = models.BigIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="gateway_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        """This gateway as the one accountable for what it posts."""
        return Actor("gateway", id=str(self.pk), name=self.name)
