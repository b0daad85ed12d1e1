"""JSON shapes of imports."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from healthcare.subscribers.loading.columns import MAPPINGS
from healthcare.subscribers.loading.reading import ENCODINGS
from healthcare.subscribers.models import ImportBatch, State

STATES = ("waiting", "running", "done", "refused")


class ProgressShape(serializers.Serializer[Any]):
    """How far the file is read; null `at` until work begins."""

    rows = serializers.IntegerField()
    bytes = serializers.IntegerField()
    at = serializers.DateTimeField(allow_null=True)


class ImportShape(serializers.ModelSerializer[ImportBatch]):
    """One subscriber file. Once `state` is `done` the six outcomes add up to `rows`."""

    operator = serializers.CharField(source="operator.code")
    state = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    class Meta:
        model = ImportBatch
        fields = (
            "id",
            "operator",
            "mapping",
            "encoding",
            "file_name",
            "sha256",
            "size",
            "dry_run",
            "transfer_basis",
            "state",
            "refusal",
            "started_at",
            "finished_at",
            "rolled_back_at",
            "progress",
            "rows",
            "created",
            "updated",
            "unchanged",
            "duplicate",
            "held",
            "rejected",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, batch: ImportBatch) -> str:
        """`waiting`, `running`, `done` or `refused`."""
        progress = getattr(batch, "progress", None)
        if batch.state == State.WAITING and progress is not None and progress.at is not None:
            return "running"
        return batch.state

    @extend_schema_field(ProgressShape(allow_null=True))
    def get_progress(self, batch: ImportBatch) -> dict[str, Any] | None:
        """Null for a file that was taken in by a command."""
        progress = getattr(batch, "progress", None)
        return None if progress is None else ProgressShape(progress).data


class UploadShape(serializers.Serializer[Any]):
    """A subscriber file and how to read it."""

    file = serializers.FileField(allow_empty_file=False, max_length=255)
    mapping = serializers.ChoiceField(choices=list(MAPPINGS), default="standard")
    encoding = serializers.ChoiceField(choices=list(ENCODINGS), default="utf-8")
    dry_run = serializers.BooleanField(default=False)


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
