from django.db import models

from healthcare.accounts.models import IdentityProvider
from healthcare.history.tracking import tracked


@tracked()
class Operator(models.Model):
    """A telecom operator whose subscribers become members and whose bill carries the charges."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.TextField()
    country = models.CharField(max_length=2, default="JP", help_text="ISO 3166, for numbers")
    timezone = models.TextField(default="Asia/Tokyo")
    currency = models.CharField(max_length=3, default="JPY")
    merchant = models.TextField(help_text="who we are in the operator's charge files")
    transfer_basis = models.TextField(
        help_text="the legal basis on which names may be handed over before consent"
    )
    identity_provider = models.OneToOneField(
        IdentityProvider,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="operator",
        help_text="where its subscribers sign in; nobody signs in through it while empty",
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            # Loading names before consent is itself a disclosure: no basis, no import.
            models.CheckConstraint(
                condition=~models.Q(transfer_basis=""), name="operator_has_transfer_basis"
            ),
        ]

    def __str__(self) -> str:
        return self.name
