"""`/api/v1/patients/{id}/summary`: all facts of a period as one object."""

from datetime import date, timedelta
from typing import cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from healthcare.accounts.models import User
from healthcare.hospitals.scope import acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.api import note_view
from healthcare.patients.models import Patient
from healthcare.rest.problems import InputError, InvalidInput
from reports import queries
from reports.analysis.json_shape import to_json
from reports.analysis.schemes import DEFAULT_SCHEME, UnknownScheme

MAX_DAYS = 400


class SummaryView(APIView):
    """Facts of a person's readings and nights, for those who may see them."""

    @extend_schema(
        operation_id="patient_summary",
        parameters=[
            OpenApiParameter("from", date, required=True, description="first local day"),
            OpenApiParameter("to", date, required=True, description="exclusive"),
            OpenApiParameter(
                "scheme", str, description=f"rule scheme, {DEFAULT_SCHEME} unless said"
            ),
        ],
        responses={200: {"type": "object", "additionalProperties": True}},
    )
    def get(self, request: Request, patient_id: int) -> Response:
        start, end = _period(request)
        now = timezone.now()
        user = cast("User", request.user)
        with acting_in(scope_for(user, now=now)) as scope:
            patient = Patient.objects.filter(pk=patient_id).first()
            if patient is None:
                raise Http404
            try:
                facts = queries.summary(
                    patient=patient,
                    start=start,
                    end=end,
                    scheme=request.query_params.get("scheme") or DEFAULT_SCHEME,
                    now=now,
                )
            except UnknownScheme as error:
                raise InvalidInput(
                    "The scheme is not known.", [InputError("scheme", "unknown", str(error))]
                ) from error
            note_view(request, patient_ids=[patient_id], what="api.summary", scope=scope, now=now)
        return Response(to_json(facts))


def _period(request: Request) -> tuple[date, date]:
    """`from` and `to` as days; every fault named at once."""
    days: dict[str, date] = {}
    errors: list[InputError] = []
    for name in ("from", "to"):
        text = request.query_params.get(name, "")
        try:
            days[name] = date.fromisoformat(text)
        except ValueError:
            errors.append(
                InputError(name, "date", f"{text!r} is no date: write it like 2026-10-01.")
            )
    if not errors and not timedelta(0) < days["to"] - days["from"] <= timedelta(days=MAX_DAYS):
        errors.append(
            InputError("to", "period", f"`to` lies after `from`, by at most {MAX_DAYS} days.")
        )
    if errors:
        raise InvalidInput("The period cannot be read.", errors)
    return days["from"], days["to"]
