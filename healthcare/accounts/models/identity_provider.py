from django.contrib.postgres.fields import ArrayField
from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.models import Hospital


def several_factors() -> list[str]:
    """RFC 8176's word for "multiple-factor authentication"."""
    return ["mfa"]


@tracked(exclude=("client_secret",))
class IdentityProvider(models.Model):
    """An OpenID provider at which people sign in with an account that they have there: a hospital's
    for its clinicians, an operator's (`subscribers.Operator.identity_provider`) for its members.

    What it says in `acr` and `amr` counts as a second factor only where it stands in
    `strong_acr` or `strong_amr`.
    """

    code = models.SlugField(max_length=40, unique=True, help_text="in the address of its sign-in")
    name = models.TextField()
    name_ja = models.TextField(blank=True)
    issuer = models.TextField(help_text="OpenID Discovery: https, without a slash at its end")
    client_id = models.TextField()
    client_secret = models.TextField(help_text="sealed")
    hospital = models.ForeignKey(
        Hospital,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="identity_providers",
        help_text="whose clinicians it signs in; empty: an operator's",
    )
    strong_acr = ArrayField(models.TextField(), default=list, blank=True)
    strong_amr = ArrayField(models.TextField(), default=several_factors, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "code"]
        constraints = [
            models.UniqueConstraint("issuer", "client_id", name="one_provider_for_each_client"),
        ]

    def __str__(self) -> str:
        return self.name

    def display_name(self, language: str) -> str:
        """The name in the reader's language, else the one there is."""
        return self.name_ja if language == "ja" and self.name_ja else self.name
