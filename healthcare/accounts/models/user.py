from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.audit.actors import Actor
from healthcare.history.tracking import tracked


class Role(models.TextChoices):
    """What a person is to the product. It decides which pages exist for them."""

    CLINICIAN = "clinician", _("Clinician")
    MEMBER = "member", _("Member")
    OPERATOR = "operator", _("Operator's staff")
    SUPPORT = "support", _("Support desk")
    ADMIN = "admin", _("Platform administrator")


# Who reaches other people's data or the platform itself. Members decide for themselves.
MUST_HAVE_SECOND_FACTOR = frozenset({Role.CLINICIAN, Role.OPERATOR, Role.SUPPORT, Role.ADMIN})


@tracked(exclude=("password", "last_login"))
class User(AbstractUser):
    """Somebody who signs in. Whose data they reach follows from role and relations, never from
    this row alone: clinicians through `HospitalStaff`, members through their `Patient`, operator's
    staff through `subscribers.OperatorStaff`. The support desk and the platform's administrators
    reach no health data."""

    role = models.TextField(choices=Role.choices, default=Role.MEMBER)
    language = models.CharField(
        max_length=2, choices=[("en", "English"), ("ja", "日本語")], blank=True
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_is_known"
            ),
        ]

    @property
    def actor(self) -> Actor:
        """This person as the one accountable for a change or a view."""
        return Actor("user", id=str(self.pk), name=self.username)
