"""JSON shapes of imports."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from healthcare.subscribers import approving
from healthcare.subscribers.loading import reconciling
from healthcare.subscribers.loading.encodings import ENCODINGS
from healthcare.subscribers.loading.layouts import STANDARD_NAME
from healthcare.subscribers.models import ImportBatch, State

STATES = ("running", *State.values)


class ProgressShape(serializers.Serializer[Any]):
    """How far the file is read; null `at` until work begins."""

    rows = serializers.IntegerField()
    bytes = serializers.IntegerField()
    at = serializers.DateTimeField(allow_null=True)


class ApprovalShape(serializers.Serializer[Any]):
    """What has to be written, by how many people, and how many did."""

    words = serializers.CharField()
    needed = serializers.IntegerField()
    given = serializers.IntegerField()


class SheetLineShape(serializers.Serializer[reconciling.Line]):
    """One line of the reconciliation sheet: `of` all `rows`, of those with a `value` in a column,
    or the sum of a column. `difference` is null where the manifest declares nothing; `unreadable`
    rows are in no figure."""

    of = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    declared = serializers.IntegerField(allow_null=True)
    outcomes = serializers.DictField(child=serializers.IntegerField())
    found = serializers.IntegerField()
    difference = serializers.IntegerField(allow_null=True)
    unreadable = serializers.IntegerField()


class ImportShape(serializers.ModelSerializer[ImportBatch]):
    """One subscriber file. Once it is `proposed`, `proposal` has its rows by outcome and `approval`
    what has to be said; once `state` is `done` the six outcomes add up to `rows`; once it is
    `cancelled`, with `left_out`."""

    operator = serializers.CharField(source="operator.code")
    mapping_version = serializers.IntegerField(
        source="mapping_version.version", allow_null=True, default=None
    )
    state = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    approval = serializers.SerializerMethodField()

    class Meta:
        model = ImportBatch
        fields: tuple[str, ...] = (
            "id",
            "operator",
            "mapping",
            "mapping_version",
            "encoding",
            "file_name",
            "sha256",
            "size",
            "dry_run",
            "transfer_basis",
            "sequence",
            "extracted_at",
            "state",
            "refusal",
            "started_at",
            "finished_at",
            "rolled_back_at",
            "progress",
            "proposal",
            "approval",
            "chunks",
            "chunks_done",
            "rows",
            "created",
            "updated",
            "unchanged",
            "duplicate",
            "held",
            "rejected",
            "left_out",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, batch: ImportBatch) -> str:
        """`running` while a file that was put aside is read; else as stored."""
        progress = getattr(batch, "progress", None)
        if batch.state == State.WAITING and progress is not None and progress.at is not None:
            return "running"
        return batch.state

    @extend_schema_field(ApprovalShape(allow_null=True))
    def get_approval(self, batch: ImportBatch) -> dict[str, Any] | None:
        """Null unless the file waits for approval."""
        if batch.state != State.PROPOSED:
            return None
        given = batch.approvals.count()
        said = {"words": approving.words(batch), "needed": approving.needed(batch), "given": given}
        return ApprovalShape(said).data

    @extend_schema_field(ProgressShape(allow_null=True))
    def get_progress(self, batch: ImportBatch) -> dict[str, Any] | None:
        """How far the file is read."""
        progress = getattr(batch, "progress", None)
        return None if progress is None else ProgressShape(progress).data


class WholeImportShape(ImportShape):
    """One subscriber file with its reconciliation sheet."""

    reconciliation = serializers.SerializerMethodField()

    class Meta(ImportShape.Meta):
        fields = (*ImportShape.Meta.fields, "reconciliation")
        read_only_fields = fields

    @extend_schema_field(SheetLineShape(many=True, allow_null=True))
    def get_reconciliation(self, batch: ImportBatch) -> list[dict[str, Any]] | None:
        """Null until the file is checked."""
        if batch.sheet is None:
            return None
        return [dict(SheetLineShape(line).data) for line in reconciling.stored(batch)]


class UploadShape(serializers.Serializer[Any]):
    """A subscriber file and how to read it."""

    file = serializers.FileField(allow_empty_file=False, max_length=255)
    mapping = serializers.CharField(max_length=40, default=STANDARD_NAME)
    encoding = serializers.ChoiceField(
        choices=list(ENCODINGS),
        default=None,
        help_text="Left out: what the mapping declares, else UTF-8. A file that is not is refused"
        " with `candidates`: its first rows as they would read in other encodings.",
    )
    manifest = serializers.FileField(
        default=None,
        max_length=255,
        help_text="What is declared of the file, as JSON: docs/formats/subscribers.md",
    )
    dry_run = serializers.BooleanField(default=False)


class ApproveShape(serializers.Serializer[Any]):
    """The words of `approval.words`, written by a person."""

    words = serializers.CharField(max_length=100)


class RollBackOrderShape(serializers.Serializer[Any]):
    """Whether to do it or only to say what would happen."""

    dry_run = serializers.BooleanField(default=False)


class KeptShape(serializers.Serializer[Any]):
    """A contract that cannot be undone, and why."""

    operator_subscriber_id = serializers.CharField()
    reason = serializers.CharField()


class RolledBackShape(serializers.Serializer[Any]):
    """What a roll-back did, or would do."""

    removed = serializers.IntegerField()
    restored = serializers.IntegerField()
    kept = KeptShape(many=True)
    notes = serializers.ListField(child=serializers.CharField())
