"""Readings and devices for clinicians' and members' clients."""

from typing import Any, cast

from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from devices.api import shapes
from devices.api.periods import period
from devices.api.roads import note_roads
from devices.api.shapes import DeviceShape
from devices.archives.serials import PREFIX as ARCHIVE
from devices.kinds.known import KINDS, Kind
from devices.models import READINGS, DeviceHolding
from healthcare.accounts.models import User
from healthcare.hospitals.scope import acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.api import note_view
from healthcare.patients.models import Patient
from healthcare.rest.pages import CursorPages
from healthcare.rest.problems import InputError, InvalidInput

USUAL = "blood_pressure"


class HoldingPages(CursorPages):
    """By device."""

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        return ("serial", "pk")


_PAGE = {
    "type": "object",
    "required": ["results", "next"],
    "properties": {
        "results": {
            "type": "array",
            "items": {"$ref": shapes.REF.format(name=shapes.READING)},
        },
        "next": {"type": ["string", "null"], "format": "uri"},
    },
}


class ReadingPages(CursorPages):
    """Newest first, whatever the kind."""

    parameters = ("kind", "from", "to")

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        self.max_page_size = view.kind.largest_page
        self.page_size = min(self.page_size or self.max_page_size, self.max_page_size)
        return super().paginate_queryset(queryset, request, view)

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        time = view.kind.table.time
        return (f"-{time}", "-device_id", "-device_reading_id")


class DeviceList(GenericAPIView[DeviceHolding]):
    """Devices in the hands of those whom the caller may see."""

    serializer_class = DeviceShape
    pagination_class = HoldingPages

    @extend_schema(operation_id="devices", responses=DeviceShape(many=True))
    def get(self, request: Request) -> Response:
        now = timezone.now()
        user = cast("User", request.user)
        with acting_in(scope_for(user, now=now)) as scope:
            # The cursor reads its place off the row, so the serial stands on the row.
            rows = (
                DeviceHolding.objects.filter(period__contains=now)
                .exclude(device__serial__startswith=ARCHIVE)
                .select_related("device")
                .annotate(serial=F("device__serial"))
            )
            page = self.paginate_queryset(rows) or []
            people = {holding.patient_id for holding in page}
            note_view(request, patient_ids=people, what="api.devices", scope=scope, now=now)
            return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ReadingList(GenericAPIView[Any]):
    """A person's stored readings of one kind, newest first."""

    pagination_class = ReadingPages
    kind = KINDS[USUAL]

    @extend_schema(
        operation_id="patient_readings",
        parameters=[
            OpenApiParameter("kind", str, enum=list(KINDS), description=f"{USUAL} unless said"),
            OpenApiParameter("from", str, description="a local day, or a time with its offset"),
            OpenApiParameter("to", str, description="exclusive"),
        ],
        responses={200: _PAGE},
    )
    def get(self, request: Request, patient_id: int) -> Response:
        now = timezone.now()
        user = cast("User", request.user)
        with acting_in(scope_for(user, now=now)) as scope:
            patient = Patient.objects.filter(pk=patient_id).first()
            if patient is None:
                raise Http404
            self.kind = _kind(request)
            page = self.paginate_queryset(self._rows(request, patient)) or []
            note_roads(page, kind=self.kind.name, patient_id=patient.pk)
            note_view(request, patient_ids=[patient_id], what="api.readings", scope=scope, now=now)
            shown = [shapes.reading(row, self.kind) for row in page]
            return self.get_paginated_response(shown)

    def _rows(self, request: Request, patient: Patient) -> QuerySet[Any]:
        model, time = READINGS[self.kind.name], self.kind.table.time
        start, end = period(request, timezone=patient.timezone)
        rows: QuerySet[Any] = model._default_manager.filter(patient_id=patient.pk)
        rows = rows.select_related("device")
        if start is not None:
            rows = rows.filter(**{f"{time}__gte": start})
        if end is not None:
            rows = rows.filter(**{f"{time}__lt": end})
        return rows


def _kind(request: Request) -> Kind:
    text = request.query_params.get("kind") or USUAL
    if text not in KINDS:
        known = ", ".join(KINDS)
        error = InputError("kind", "unknown", f"{text[:40]!r} is none of {known}.")
        raise InvalidInput("The kind is not known.", [error])
    return KINDS[text]
