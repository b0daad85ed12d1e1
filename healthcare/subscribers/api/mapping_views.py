"""`/api/v1/mappings`: an operator's own layouts, their templates, and samples tried on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from healthcare.accounts.models import User
from healthcare.hospitals.scope import acting_in
from healthcare.rest.parsers import BoundedJSONParser
from healthcare.rest.problems import InputError, InvalidInput
from healthcare.subscribers import mappings, trying
from healthcare.subscribers.api.mapping_shapes import (
    MappingShape,
    SaveShape,
    TrialShape,
    TryShape,
)
from healthcare.subscribers.api.views import OperatorView, as_problem
from healthcare.subscribers.loading import choosing
from healthcare.subscribers.loading.definitions import MappingRefused
from healthcare.subscribers.loading.layouts import STANDARD_LAYOUT, Layout
from healthcare.subscribers.loading.refusing import FileRefused
from healthcare.subscribers.models import Mapping


@contextmanager
def _said_as_problems() -> Iterator[None]:
    """What a mapping or a file is refused for, as problems."""
    try:
        yield
    except MappingRefused as refused:
        raise InvalidInput(
            "The mapping cannot be; see errors.",
            [InputError(field=f.place, code="refused", detail=f.text) for f in refused.faults],
        ) from refused
    except FileRefused as refused:
        raise as_problem(refused, "The file cannot be read by this mapping.") from refused


class MappingsView(OperatorView):
    """The operator's mappings, and the place to save a version."""

    parser_classes = (BoundedJSONParser,)

    @extend_schema(
        operation_id="mappings_list", responses=MappingShape(many=True), tags=["imports"]
    )
    def get(self, request: Request) -> Response:
        """The newest version of each mapping, by name."""
        with acting_in(self.scope(request)):
            newest = mappings.newest_of(self.operator(request))
            return Response(MappingShape(newest, many=True).data)

    @extend_schema(
        operation_id="mappings_save",
        request=SaveShape,
        responses={200: MappingShape, 201: MappingShape},
        tags=["imports"],
    )
    def post(self, request: Request) -> Response:
        """Save a definition as the next version of its name; 200 if it is the newest already."""
        given = SaveShape(data=request.data)
        given.is_valid(raise_exception=True)
        with acting_in(self.scope(request)), _said_as_problems():
            saved, new = mappings.save(
                operator=self.operator(request),
                **given.validated_data,
                now=timezone.now(),
                by=cast("User", request.user).actor,
            )
        return Response(
            MappingShape(saved).data,
            status=201 if new else 200,
            headers={"Location": f"/api/v1/mappings/{saved.pk}"},
        )


class MappingView(OperatorView):
    """One version of a mapping."""

    def versions(self, request: Request) -> QuerySet[Mapping]:
        return Mapping.objects.filter(operator=self.operator(request)).select_related("operator")

    @extend_schema(operation_id="mappings_read", responses=MappingShape, tags=["imports"])
    def get(self, request: Request, mapping_id: int) -> HttpResponse:
        """The version as it was saved; it never changes."""
        with acting_in(self.scope(request)):
            found = get_object_or_404(self.versions(request), pk=mapping_id)
            return Response(MappingShape(found).data)


class TemplateView(MappingView):
    """An empty file of a mapping."""

    @extend_schema(
        operation_id="mappings_template",
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY)},
        tags=["imports"],
    )
    def get(self, request: Request, mapping_id: int) -> HttpResponse:
        """Its header to fill in below, in its own columns, encoding and delimiter."""
        with acting_in(self.scope(request)):
            found = get_object_or_404(self.versions(request), pk=mapping_id)
            layout = choosing.layout_of(found, found.operator, now=timezone.now())
        return template_file(layout, f"{found.name}-v{found.version}.csv")


class StandardTemplateView(OperatorView):
    """An empty file of the standard layout."""

    @extend_schema(
        operation_id="imports_template",
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY)},
        tags=["imports"],
    )
    def get(self, request: Request) -> HttpResponse:
        """All columns of the standard layout; leave out those that you do not have."""
        return template_file(STANDARD_LAYOUT, "subscribers.csv")


def template_file(layout: Layout, name: str) -> HttpResponse:
    """The template of a layout as a download."""
    content, charset = trying.template_of(layout)
    answer = HttpResponse(content, content_type=f"text/csv; charset={charset}")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


class TryView(OperatorView):
    """A sample, tried on a mapping."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="mappings_try",
        request={"multipart/form-data": TryShape},
        responses=TrialShape,
        tags=["imports"],
    )
    def post(self, request: Request) -> Response:
        """The first ten rows as an import would read them. Nothing is stored."""
        sample = TryShape(data=request.data)
        sample.is_valid(raise_exception=True)
        given: dict[str, Any] = sample.validated_data
        with acting_in(self.scope(request)), _said_as_problems():
            trial = trying.try_upload(
                given["file"],
                operator=self.operator(request),
                mapping=given.get("mapping"),
                definition=given.get("definition"),
                encoding=given["encoding"],
                now=timezone.now(),
            )
        return Response(TrialShape(trial).data)
