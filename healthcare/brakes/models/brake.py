from django.db import models

CHANNELS = ("inbox",)
"""The ways by which a report is delivered, each with a brake of its own."""


class Kind(models.TextChoices):
    """What a brake stops."""

    CHARGES = "charges"
    DELIVERIES = "deliveries"
    INVITATIONS = "invitations"


class Brake(models.Model):
    """A brake that was pulled, and since when it is released. Rows are never deleted: they are
    the record of what stood still, and why.

    `of` is an operator's code, empty for all of them; of deliveries it is the channel.
    """

    kind = models.TextField(choices=Kind.choices)
    of = models.TextField(blank=True)
    reason = models.TextField()
    pulled_at = models.DateTimeField()
    pulled_by = models.TextField(help_text="the actor")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.TextField(blank=True)

    class Meta:
        ordering = ["-pulled_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "of"],
                condition=models.Q(released_at=None),
                name="brake_is_pulled_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="brake_kind_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="brake_has_a_reason"),
            models.CheckConstraint(
                condition=~models.Q(kind=Kind.DELIVERIES) | models.Q(of__in=CHANNELS),
                name="brake_of_deliveries_names_a_channel",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at=None, released_by="")
                | (
                    models.Q(released_at__isnull=False, released_at__gte=models.F("pulled_at"))
                    & ~models.Q(released_by="")
                ),
                name="brake_is_released_whole",
            ),
        ]

    @property
    def name(self) -> str:
        """`charges`, `charges:demo`, `deliveries:inbox`."""
        return f"{self.kind}:{self.of}" if self.of else self.kind
