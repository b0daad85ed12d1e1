from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.operator import Operator


class Mapping(models.Model):
    """A version of how an operator's files are laid out; `loading.definitions` reads it.

    Rows are never changed or deleted, which the database sees to: a file that was taken in last
    year can be read today as it was read then. A change is the next version.
    """

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="mappings")
    name = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(help_text="1, 2, 3, ... within operator and name")
    definition = models.JSONField()
    saved_at = models.DateTimeField()
    actor = models.TextField()

    objects = ScopedManager(None, operator="operator")

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "name", "version"], name="mapping_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="mapping_version_is_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(name__in=["", "standard"]), name="mapping_has_name_of_its_own"
            ),
        ]
