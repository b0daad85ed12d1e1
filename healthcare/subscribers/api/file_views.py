"""Files that an import gives back: its rejects, and what became of every line."""

from collections.abc import Callable, Iterator
from functools import partial

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from healthcare.accounts.stepping_up import REFUSES_OLD_PROOF, RecentlySignedIn
from healthcare.hospitals.scope import acting_in, streamed
from healthcare.subscribers.api.views import OperatorView
from healthcare.subscribers.loading import outcomes, rejects
from healthcare.subscribers.models import ImportBatch

CSV = {(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)}


class FileView(OperatorView):
    """A file that is streamed in the caller's scope."""

    def file(
        self,
        request: Request,
        batch_id: int,
        name: str,
        lines: Callable[[ImportBatch], Iterator[str]],
    ) -> StreamingHttpResponse:
        """`lines` of one of the caller's imports."""
        scope = self.scope(request)
        with acting_in(scope):
            batch = get_object_or_404(self.batches(request), pk=batch_id)
        self.check_object_permissions(request, batch)
        answer = StreamingHttpResponse(
            streamed(scope, partial(lines, batch)), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="{name}-{batch.pk}.csv"'
        return answer


class RejectsView(FileView):
    """Held and rejected rows of one import."""

    permission_classes = (*FileView.permission_classes, RecentlySignedIn)

    @extend_schema(
        operation_id="imports_rejects", responses={**CSV, **REFUSES_OLD_PROOF}, tags=["imports"]
    )
    def get(self, request: Request, batch_id: int) -> StreamingHttpResponse:
        """A CSV file to correct and upload again; safe to open in a spreadsheet.

        An export: in a session one shows once more who one is, at most five minutes before."""
        return self.file(request, batch_id, "rejects", rejects.lines)


class OutcomesView(FileView):
    """What became of every line of one import."""

    @extend_schema(operation_id="imports_outcomes", responses=CSV, tags=["imports"])
    def get(self, request: Request, batch_id: int) -> StreamingHttpResponse:
        """A CSV file with `line, outcome, field, code`, for every line of the file in order. It
        holds nothing of anybody. Empty before the import has ended."""
        return self.file(request, batch_id, "outcomes", outcomes.lines)
