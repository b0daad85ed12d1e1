from django.db import models

from healthcare.accounts.models.identity_provider import IdentityProvider
from healthcare.accounts.models.user import User
from healthcare.history.tracking import tracked


@tracked()
class ExternalIdentity(models.Model):
    """An account at a hospital's provider is this clinician's, and opens their log-in.

    Known by the provider's own id of it and nothing else: mail addresses, numbers and names are
    given out anew. It ends with their work at that hospital.
    """

    provider = models.ForeignKey(
        IdentityProvider, on_delete=models.PROTECT, related_name="identities"
    )
    subject = models.TextField(help_text="OpenID `sub`: opaque, never given out anew")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="external_identities")
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "external identities"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "subject"],
                condition=models.Q(ended_at=None),
                name="external_account_opens_one_log_in",
            ),
            models.UniqueConstraint(
                fields=["provider", "user"],
                condition=models.Q(ended_at=None),
                name="log_in_has_one_account_at_a_provider",
            ),
            models.CheckConstraint(
                condition=~models.Q(subject=""), name="external_identity_has_subject"
            ),
        ]
