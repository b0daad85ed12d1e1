"""Choosing and paying, for members' and operators' clients."""

from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from healthcare.accounts.models import Role, User
from healthcare.accounts.stepping_up import REFUSES_OLD_PROOF
from healthcare.hospitals.scope import acting_in
from healthcare.kernel.periods import local_date
from healthcare.patients.models import Patient
from healthcare.rest.pages import CursorPages
from healthcare.subscribers.access import operator_staff
from packages import catalogue, queries, subscribing
from packages.api.callers import ReadsOwnOrProved, invalid, member_of, scope_of
from packages.api.shapes import DecisionShape, InvoiceShape, OffersShape, SubscriptionShape
from packages.decisions import living_contract
from packages.models import Do, Invoice, Subscription
from packages.pricing.history import CancelWhen
from packages.pricing.preview import preview
from packages.pricing.problems import HistoryError

JSON = "application/json"


class PackageList(APIView):
    """The packages on offer: at the member's operator, or at the staff's own."""

    @extend_schema(operation_id="packages", responses=OffersShape)
    def get(self, request: Request) -> Response:
        now = timezone.now()
        with acting_in(scope_of(request, now=now)):
            try:
                operator_id, on = _market(request, now)
            except HistoryError as error:
                raise invalid(error) from error
            offers = catalogue.offers(operator_id=operator_id, on=on)
        return Response(OffersShape({"results": offers, "next": None}).data)


class SubscriptionList(GenericAPIView[Subscription]):
    """Who has which package when; a row that begins later is a pending change."""

    serializer_class = SubscriptionShape
    pagination_class = CursorPages
    permission_classes = (IsAuthenticated, ReadsOwnOrProved)

    def get_queryset(self) -> QuerySet[Subscription]:
        return Subscription.objects.select_related("package")

    @extend_schema(
        operation_id="subscriptions",
        responses={(200, JSON): SubscriptionShape(many=True), **REFUSES_OLD_PROOF},
    )
    def get(self, request: Request) -> Response:
        """Who has which package when; a row that begins later is a pending change.

        For operators' staff an export: in a session they show once more who they are, at most five
        minutes before."""
        with acting_in(scope_of(request, now=timezone.now())):
            page = self.paginate_queryset(self.get_queryset()) or []
            return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="decide_subscription",
        request=DecisionShape,
        responses={201: SubscriptionShape},
    )
    def post(self, request: Request) -> Response:
        """A member's decision about their own package; holds from today on."""
        now = timezone.now()
        with acting_in(scope_of(request, now=now)):
            # First who asks, then what: whoever may not is told nothing about the body.
            member = member_of(request)
            decision = DecisionShape(data=request.data)
            decision.is_valid(raise_exception=True)
            try:
                row = _decided(member, decision.validated_data, request, now)
            except HistoryError as error:
                raise invalid(error) from error
            return Response(SubscriptionShape(row).data, status=201)


class InvoiceList(GenericAPIView[Invoice]):
    """Issued invoices and credit notes, newest first."""

    serializer_class = InvoiceShape
    pagination_class = CursorPages
    permission_classes = (IsAuthenticated, ReadsOwnOrProved)

    def get_queryset(self) -> QuerySet[Invoice]:
        return queries.issued()

    @extend_schema(
        operation_id="invoices",
        responses={(200, JSON): InvoiceShape(many=True), **REFUSES_OLD_PROOF},
    )
    def get(self, request: Request) -> Response:
        """Issued invoices and credit notes, newest first.

        For operators' staff an export: in a session they show once more who they are, at most five
        minutes before."""
        with acting_in(scope_of(request, now=timezone.now())):
            page = self.paginate_queryset(self.get_queryset()) or []
            return self.get_paginated_response(self.get_serializer(page, many=True).data)


class InvoicePreview(APIView):
    """What a history of choices costs; writes nothing. For operators' staff."""

    @extend_schema(
        operation_id="invoice_preview",
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        user = cast("User", request.user)
        if user.role != Role.OPERATOR and not user.is_staff:
            raise PermissionDenied
        try:
            return Response(preview(request.data))
        except HistoryError as error:
            raise invalid(error) from error


def _market(request: Request, now: datetime) -> tuple[int, date]:
    """The operator whose offers the caller sees, and its local day."""
    if (staff := operator_staff(cast("User", request.user))) is not None:
        return staff.operator_id, local_date(now, ZoneInfo(staff.operator.timezone))
    patient = member_of(request)
    contract = living_contract(patient, on=now.date())
    return contract.operator_id, subscribing.today_of(patient, now=now)


def _decided(
    patient: Patient, asked: dict[str, Any], request: Request, now: datetime
) -> Subscription:
    user = cast("User", request.user)
    on = subscribing.today_of(patient, now=now)
    match Do(asked["do"]):
        case Do.SUBSCRIBE:
            return subscribing.subscribe(
                patient=patient, package=asked["package"], on=on, now=now, by=user.actor
            )
        case Do.CHANGE:
            return subscribing.change(
                patient=patient, package=asked["package"], on=on, now=now, by=user.actor
            )
        case Do.CANCEL:
            when = CancelWhen(asked["when"])
            return subscribing.cancel(patient=patient, when=when, on=on, now=now, by=user.actor)
        case _:
            return subscribing.revoke(patient=patient, on=on, now=now, by=user.actor)
