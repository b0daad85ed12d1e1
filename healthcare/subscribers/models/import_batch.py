from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.operator import Operator


class State(models.TextChoices):
    """Where a file stands on its way in."""

    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused as a whole")


class ImportBatch(models.Model):
    """One subscriber file taken in. The six outcomes add up to `rows`."""

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="imports")
    mapping = models.TextField(default="standard")
    encoding = models.TextField(blank=True, help_text="as declared; empty means UTF-8")
    file_name = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(help_text="bytes of the file")
    dry_run = models.BooleanField(default=False)
    transfer_basis = models.TextField(help_text="as it stood when the file was taken in")
    state = models.TextField(choices=State.choices, default=State.WAITING)
    refusal = models.TextField(blank=True, help_text="why the file was refused as a whole")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rolled_back_at = models.DateTimeField(null=True)
    actor = models.TextField()
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    objects = ScopedManager(None, operator="operator")

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finished_at=None)
                | models.Q(
                    rows=models.F("created")
                    + models.F("updated")
                    + models.F("unchanged")
                    + models.F("duplicate")
                    + models.F("held")
                    + models.F("rejected")
                ),
                name="import_outcomes_add_up",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="import_state_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.REFUSED) | ~models.Q(refusal=""),
                name="import_refusal_says_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(transfer_basis=""), name="import_has_transfer_basis"
            ),
        ]
