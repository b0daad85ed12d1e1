"""JSON shapes of mappings and of trials of them."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from healthcare.subscribers.loading.encodings import ENCODINGS
from healthcare.subscribers.models import Mapping

LARGEST_DEFINITION = 64 * 1024


@extend_schema_field({"type": "object", "additionalProperties": True})
class DefinitionField(serializers.JSONField):
    """An object as docs/formats/subscribers.md has it, or its text in a form with a file."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            try:
                data = json.loads(data[: LARGEST_DEFINITION + 1])
            except (ValueError, RecursionError) as error:
                raise serializers.ValidationError("Is not JSON.", code="not_json") from error
        return super().to_internal_value(data)


class MappingShape(serializers.ModelSerializer[Mapping]):
    """One version of a mapping."""

    definition = DefinitionField()

    class Meta:
        model = Mapping
        fields = ("id", "name", "version", "definition", "saved_at")
        read_only_fields = fields


class SaveShape(serializers.Serializer[Any]):
    """A definition, to be the next version of a name."""

    name = serializers.CharField(max_length=40)
    definition = DefinitionField()


class TryShape(serializers.Serializer[Any]):
    """A sample, and what it is read by: a saved mapping, or a definition that is not saved yet."""

    file = serializers.FileField(allow_empty_file=False, max_length=255)
    mapping = serializers.CharField(max_length=40, required=False)
    definition = DefinitionField(required=False)
    encoding = serializers.ChoiceField(choices=list(ENCODINGS), default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("mapping" in attrs) == ("definition" in attrs):
            raise serializers.ValidationError(
                "Send either `mapping` or `definition`.", code="one_of_both"
            )
        return attrs


class TriedCellShape(serializers.Serializer[Any]):
    """A cell as the file has it and as it would be stored."""

    name = serializers.CharField()
    written = serializers.CharField()
    value = serializers.CharField()
    code = serializers.CharField()
    problem = serializers.CharField()


class TriedRowShape(serializers.Serializer[Any]):
    """A row; with `fits` false it would be rejected."""

    line = serializers.IntegerField()
    fits = serializers.BooleanField()
    problem = serializers.CharField()
    cells = TriedCellShape(many=True)


class TrialShape(serializers.Serializer[Any]):
    """The first ten rows of a sample as they would be read; nothing was stored."""

    header = serializers.ListField(child=serializers.CharField())
    names = serializers.ListField(child=serializers.CharField())
    rows = TriedRowShape(many=True)
