from django.db import models

from healthcare.accounts.models.user import User
from healthcare.history.tracking import tracked


@tracked(exclude=("hash", "last_used_on"))
class PersonalToken(models.Model):
    """A person's key to the people's API. Only its keyed hash is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_tokens")
    prefix = models.CharField(max_length=12, help_text="first characters, to tell tokens apart")
    hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)
