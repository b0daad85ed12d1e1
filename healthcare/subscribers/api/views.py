"""`/api/v1/imports`: upload, progress, rejects and roll-back, for an operator's own staff."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from healthcare.accounts.models import User
from healthcare.accounts.stepping_up import REFUSES_OLD_PROOF, RecentlySignedIn
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.rest.pages import CursorPages
from healthcare.rest.parsers import BoundedJSONParser
from healthcare.rest.problems import InputError, InvalidInput
from healthcare.runtime.ringing import ring
from healthcare.subscribers import approving, importing
from healthcare.subscribers.access import operator_staff
from healthcare.subscribers.api.shapes import (
    ApproveShape,
    ImportShape,
    RollBackOrderShape,
    RolledBackShape,
    UploadShape,
    WholeImportShape,
)
from healthcare.subscribers.approving import CannotApprove
from healthcare.subscribers.loading import manifests
from healthcare.subscribers.loading.refusing import FileRefused, ManifestRefused, MappingUnknown
from healthcare.subscribers.models import ImportBatch, Operator, State
from healthcare.subscribers.tasks import run_import
from healthcare.subscribers.undoing import CannotRollBack, roll_back

Steers = Callable[..., None]
LARGEST_FILE = 512 * 1024 * 1024


def as_problem(refused: FileRefused, detail: str) -> InvalidInput:
    """A refusal as a problem. Where nobody declared the encoding, `candidates` has the first rows
    as they would read in each that it may be."""
    fields = {MappingUnknown: "mapping", ManifestRefused: "manifest"}
    field = fields.get(type(refused), "file")
    candidates = [each.as_json() for each in refused.candidates]
    return InvalidInput(
        detail,
        [InputError(field=field, code="refused", detail=str(refused))],
        more={"candidates": candidates} if candidates else None,
    )


class IsOperatorStaff(BasePermission):
    """Somebody on the staff of an operator."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and operator_staff(request.user) is not None


class OperatorView(APIView):
    """A door of the caller's own operator; batches of others do not exist."""

    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated, IsOperatorStaff)

    def operator(self, request: Request) -> Operator:
        staff = operator_staff(cast("User", request.user))
        if staff is None:
            raise PermissionDenied
        return staff.operator

    def scope(self, request: Request) -> Scope:
        return Scope.operator(self.operator(request).pk)

    def batches(self, request: Request) -> QuerySet[ImportBatch]:
        return ImportBatch.objects.filter(operator=self.operator(request)).select_related(
            "operator", "mapping_version", "progress"
        )


class ImportsView(OperatorView):
    """All imports of the operator, and the place to upload one."""

    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="imports_list", responses=ImportShape(many=True), tags=["imports"])
    def get(self, request: Request) -> Response:
        """Imports, newest first."""
        pages = CursorPages()
        with acting_in(self.scope(request)):
            page = pages.paginate_queryset(self.batches(request), request, view=self)
            return pages.get_paginated_response(ImportShape(page, many=True).data)

    @extend_schema(
        operation_id="imports_upload",
        request={"multipart/form-data": UploadShape},
        responses={202: ImportShape},
        tags=["imports"],
    )
    def post(self, request: Request) -> Response:
        """Upload a file. It is checked at once and changes nothing; ask its address for what would
        become of its rows, then approve it."""
        upload = UploadShape(data=request.data)
        upload.is_valid(raise_exception=True)
        given = upload.validated_data
        if given["file"].size > LARGEST_FILE:
            raise InvalidInput(
                f"The file is larger than {LARGEST_FILE} bytes: send it in parts.", status=413
            )
        user = cast("User", request.user)
        with acting_in(self.scope(request)):
            batch = self._receive(request, given, user)
            ring(run_import, batch.pk)
        return Response(
            ImportShape(batch).data,
            status=202,
            headers={"Location": f"/api/v1/imports/{batch.pk}"},
        )

    def _receive(self, request: Request, given: dict[str, Any], user: User) -> ImportBatch:
        file, manifest = given["file"], given["manifest"]
        try:
            return importing.receive(
                file=file,
                file_name=file.name,
                operator=self.operator(request),
                mapping=given["mapping"],
                encoding=given["encoding"],
                manifest=manifests.read(manifest.read()) if manifest else None,
                dry_run=given["dry_run"],
                now=timezone.now(),
                by=user.actor,
            )
        except FileRefused as refused:
            raise as_problem(refused, "The file cannot be taken in; see errors.") from refused


class ImportView(OperatorView):
    """One import."""

    @extend_schema(operation_id="imports_read", responses=WholeImportShape, tags=["imports"])
    def get(self, request: Request, batch_id: int) -> Response:
        """Where it stands: progress while it runs, then the six outcomes, reconciled."""
        with acting_in(self.scope(request)):
            batch = get_object_or_404(self.batches(request), pk=batch_id)
            return Response(WholeImportShape(batch).data)


class ApproveView(OperatorView):
    """Saying in words that a proposed import is to be loaded."""

    parser_classes = (BoundedJSONParser,)
    permission_classes = (*OperatorView.permission_classes, RecentlySignedIn)

    @extend_schema(
        operation_id="imports_approve",
        request=ApproveShape,
        responses={200: ImportShape, **REFUSES_OLD_PROOF},
        tags=["imports"],
    )
    def post(self, request: Request, batch_id: int) -> Response:
        """Approve the proposal. One that writes many rows needs a second person."""
        with acting_in(self.scope(request)):
            batch = get_object_or_404(self.batches(request), pk=batch_id)
            given = ApproveShape(data=request.data)
            given.is_valid(raise_exception=True)
            try:
                batch = approving.approve(
                    batch=batch,
                    said=given.validated_data["words"],
                    now=timezone.now(),
                    by=cast("User", request.user),
                )
            except CannotApprove as error:
                raise InvalidInput(str(error), status=409) from error
            if batch.state == State.APPROVED:
                ring(run_import, batch.pk)
            return Response(ImportShape(batch).data)


class SteerView(OperatorView):
    """Halting a load, letting it go on, and leaving the rest of it."""

    parser_classes = (BoundedJSONParser,)

    def order(self, request: Request, batch_id: int, action: Steers) -> Response:
        with acting_in(self.scope(request)):
            batch = get_object_or_404(self.batches(request), pk=batch_id)
            try:
                action(batch=batch, now=timezone.now(), by=cast("User", request.user).actor)
            except CannotApprove as error:
                raise InvalidInput(str(error), status=409) from error
            ring(run_import, batch.pk)
            return Response(ImportShape(self.batches(request).get(pk=batch_id)).data, status=202)


class PauseView(SteerView):
    """Halting a load."""

    @extend_schema(
        operation_id="imports_pause", request=None, responses={202: ImportShape}, tags=["imports"]
    )
    def post(self, request: Request, batch_id: int) -> Response:
        """Halt before the next chunk. What was loaded stays."""
        return self.order(request, batch_id, approving.pause)


class ResumeView(SteerView):
    """Letting a load go on."""

    @extend_schema(
        operation_id="imports_resume", request=None, responses={202: ImportShape}, tags=["imports"]
    )
    def post(self, request: Request, batch_id: int) -> Response:
        """Go on with the chunk that comes next."""
        return self.order(request, batch_id, approving.resume)


class CancelView(SteerView):
    """Leaving the rest of a load."""

    @extend_schema(
        operation_id="imports_cancel", request=None, responses={202: ImportShape}, tags=["imports"]
    )
    def post(self, request: Request, batch_id: int) -> Response:
        """Load no further chunk; what was loaded stays until it is rolled back."""
        return self.order(request, batch_id, approving.cancel)


class RollBackView(OperatorView):
    """Undoing one import."""

    parser_classes = (BoundedJSONParser,)

    @extend_schema(
        operation_id="imports_roll_back",
        request=RollBackOrderShape,
        responses=RolledBackShape,
        tags=["imports"],
    )
    def post(self, request: Request, batch_id: int) -> Response:
        """Undo it as far as nobody has built on it since; the answer names what stays and why."""
        with acting_in(self.scope(request)):
            batch = get_object_or_404(self.batches(request), pk=batch_id)
        order = RollBackOrderShape(data=request.data)
        order.is_valid(raise_exception=True)
        try:
            with acting_in(Scope.system("roll-back of an import by the operator's staff")):
                answer = roll_back(
                    batch=batch,
                    dry_run=order.validated_data["dry_run"],
                    now=timezone.now(),
                    by=cast("User", request.user).actor,
                )
        except CannotRollBack as error:
            raise InvalidInput(str(error), status=409) from error
        return Response(RolledBackShape(answer).data)
