from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.mapping import Mapping
from healthcare.subscribers.models.operator import Operator


class State(models.TextChoices):
    """Where a file stands on its way in."""

    WAITING = "waiting", _("waiting")
    PROPOSED = "proposed", _("checked, waits for approval")
    APPROVED = "approved", _("approved")
    LOADING = "loading", _("being loaded")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    REFUSED = "refused", _("refused as a whole")


IN_WORK = (State.WAITING, State.APPROVED, State.LOADING)
"""States that a worker leads on from; the others wait for a person, or are the end."""

TAKEN = (State.APPROVED, State.LOADING, State.PAUSED, State.DONE)
"""States in which a file's number in the operator's count is used up."""


class ImportBatch(models.Model):
    """One subscriber file on its way in. The six outcomes, and what a cancelled load left out, add
    up to `rows`."""

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="imports")
    mapping = models.TextField(default="standard")
    mapping_version = models.ForeignKey(
        Mapping,
        null=True,
        on_delete=models.PROTECT,
        related_name="imports",
        help_text="the version this file was read by; none for the standard layout",
    )
    source = models.TextField(blank=True, help_text="where the file lies; empty: put aside by us")
    encoding = models.TextField(
        blank=True, help_text="as given with the file; empty: as the mapping says, else UTF-8"
    )
    file_name = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(help_text="bytes of the file")
    dry_run = models.BooleanField(default=False)
    transfer_basis = models.TextField(help_text="as it stood when the file was taken in")
    manifest = models.JSONField(null=True, help_text="what the operator declared of the file")
    sequence = models.PositiveIntegerField(
        null=True, help_text="the operator's count of its files; from the manifest"
    )
    extracted_at = models.DateTimeField(
        null=True, help_text="when the operator read its own records; from the manifest"
    )
    state = models.TextField(choices=State.choices, default=State.WAITING)
    refusal = models.TextField(blank=True, help_text="why the file was refused as a whole")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rolled_back_at = models.DateTimeField(null=True)
    actor = models.TextField()
    columns = models.JSONField(default=list, help_text="names of the columns that the file has")
    proposal = models.JSONField(
        null=True, help_text="rows by outcome as they were worked out, before anything is written"
    )
    sheet = models.JSONField(
        null=True, help_text="the reconciliation sheet, as `loading.reconciling` makes it"
    )
    chunks = models.PositiveIntegerField(default=0, help_text="parts that are loaded by themselves")
    chunks_done = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0, help_text="rows that a cancelled load left")

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
                    + models.F("left_out")
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
                condition=models.Q(mapping="standard", mapping_version=None)
                | (~models.Q(mapping="standard") & models.Q(mapping_version__isnull=False)),
                name="import_keeps_its_mapping_version",
            ),
            models.CheckConstraint(
                condition=~models.Q(transfer_basis=""), name="import_has_transfer_basis"
            ),
            models.CheckConstraint(
                condition=models.Q(left_out=0) | models.Q(state=State.CANCELLED),
                name="import_leaves_out_when_cancelled",
            ),
            models.CheckConstraint(
                condition=models.Q(manifest=None, sequence=None, extracted_at=None)
                | models.Q(manifest__isnull=False, sequence__gte=1, extracted_at__isnull=False),
                name="import_manifest_says_when_and_which",
            ),
            ExclusionConstraint(
                expressions=[("operator", "="), ("sequence", "="), ("sha256", "<>")],
                condition=models.Q(state__in=TAKEN, dry_run=False, rolled_back_at=None),
                name="import_sequence_is_of_one_file",
            ),
            models.CheckConstraint(
                condition=models.Q(chunks_done__lte=models.F("chunks")),
                name="import_loads_the_chunks_there_are",
            ),
        ]
