"""A proposed file: approved in words, halted, let go on, left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from healthcare.accounts.stepping_up import recently_signed_in
from healthcare.runtime.ringing import ring
from healthcare.subscribers import approving
from healthcare.subscribers.approving import CannotApprove
from healthcare.subscribers.models import ImportBatch, State
from healthcare.subscribers.tasks import run_import
from portal.doors import OperatorVisit, operator_staff

ORDERS: dict[str, Callable[..., None]] = {
    "pause": approving.pause,
    "resume": approving.resume,
    "cancel": approving.cancel,
}


@dataclass(frozen=True, slots=True)
class Course:
    """How far a load is: chunks, and the seconds it will take from now if it goes on like this."""

    done: int
    of: int
    rows: int
    rows_a_second: int
    seconds_left: int | None

    @classmethod
    def of_batch(cls, batch: ImportBatch, *, began: datetime, now: datetime) -> Self:
        """From the chunks that are in the database; `began` is when the last person approved."""
        written = batch.created + batch.updated + batch.unchanged
        spent = max((now - began).total_seconds(), 1.0)
        left = batch.chunks - batch.chunks_done
        return cls(
            done=batch.chunks_done,
            of=batch.chunks,
            rows=written,
            rows_a_second=round(written / spent),
            seconds_left=round(spent / batch.chunks_done * left) if batch.chunks_done else None,
        )


@require_POST
@operator_staff
@recently_signed_in
def approve(request: HttpRequest, visit: OperatorVisit, batch_id: int) -> HttpResponse:
    """The words of one person; the load begins once enough people gave theirs."""
    found = ImportBatch.objects.get(pk=batch_id, operator=visit.operator)
    try:
        found = approving.approve(
            batch=found, said=request.POST.get("words", ""), now=visit.now, by=visit.user
        )
    except CannotApprove as error:
        messages.error(request, str(error))
    else:
        if found.state == State.APPROVED:
            ring(run_import, found.pk)
        else:
            messages.success(request, _("Noted. A second person has to approve it too."))
    return redirect("portal:operator:batch", batch_id=batch_id)


@require_POST
@operator_staff
def steer(request: HttpRequest, visit: OperatorVisit, batch_id: int, order: str) -> HttpResponse:
    """Halt the load, let it go on, or leave the rest of it: `order` is a key of `ORDERS`."""
    found = ImportBatch.objects.get(pk=batch_id, operator=visit.operator)
    try:
        ORDERS[order](batch=found, now=visit.now, by=visit.user.actor)
    except CannotApprove as error:
        messages.error(request, str(error))
    else:
        ring(run_import, found.pk)
    return redirect("portal:operator:batch", batch_id=batch_id)
