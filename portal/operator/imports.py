"""Moving a subscriber base over: files taken in, what became of every row, rejects to correct."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from healthcare.accounts.stepping_up import recently_signed_in
from healthcare.runtime.ringing import ring
from healthcare.subscribers import approving, importing, mappings, sequences
from healthcare.subscribers.loading import manifests, rejects
from healthcare.subscribers.loading.encodings import Candidate
from healthcare.subscribers.loading.layouts import STANDARD_NAME
from healthcare.subscribers.loading.refusing import FileRefused, ManifestRefused
from healthcare.subscribers.models import (
    IN_WORK,
    ImportApproval,
    ImportBatch,
    ImportRow,
    Outcome,
    State,
)
from healthcare.subscribers.tasks import run_import
from portal.doors import OperatorVisit, operator_staff
from portal.operator.confirming import keeping_the_file, with_confirmed
from portal.operator.forms import UploadForm
from portal.operator.loading import Course

ROWS_SHOWN = 100
# What is shown of these is what would become of the rows.
BEFORE = (State.PROPOSED, State.APPROVED)
SIGNS = {
    Outcome.CREATED: ("good", "plus"),
    Outcome.UPDATED: ("good", "pencil"),
    Outcome.UNCHANGED: ("soft", "equal"),
    Outcome.DUPLICATE: ("soft", "copy"),
    Outcome.HELD: ("warn", "hand"),
    Outcome.REJECTED: ("bad", "x"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """An outcome with its number of rows."""

    words: str
    tone: str
    icon: str
    rows: int


@require_GET
@operator_staff
def imports(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """The files of this operator, newest first."""
    context = {"visit": visit, "batches": ImportBatch.objects.filter(operator=visit.operator)[:50]}
    return render(request, "portal/operator/imports.html", context)


@require_http_methods(["GET", "POST"])
@operator_staff
def upload(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """Put a file aside for a worker to check; then to the page of what would become of its rows."""
    posted = request.method == "POST"
    names = [mapping.name for mapping in mappings.newest_of(visit.operator)]
    given = (with_confirmed(request), request.FILES) if posted else ()
    form = UploadForm(*given, mappings=names)
    candidates: tuple[Candidate, ...] = ()
    if posted and form.is_valid():
        try:
            batch_id = _receive(form, visit)
        except FileRefused as refused:
            field = "manifest" if isinstance(refused, ManifestRefused) else "file"
            form.add_error(field, str(refused))
            candidates = refused.candidates
        else:
            return redirect("portal:operator:batch", batch_id=batch_id)
    status = 422 if form.is_bound else 200
    context = {"visit": visit, "form": form, "candidates": candidates}
    answer = render(request, "portal/operator/upload.html", context, status=status)
    return keeping_the_file(answer)


def _receive(form: UploadForm, visit: OperatorVisit) -> int:
    file, manifest = form.cleaned_data["file"], form.cleaned_data["manifest"]
    batch = importing.receive(
        file=file.file,
        file_name=file.name,
        operator=visit.operator,
        mapping=form.cleaned_data["mapping"] or STANDARD_NAME,
        encoding=form.cleaned_data["encoding"] or None,
        manifest=manifests.read(manifest.read()) if manifest else None,
        now=visit.now,
        by=visit.user.actor,
    )
    ring(run_import, batch.pk)
    return batch.pk


@require_GET
@operator_staff
def batch(request: HttpRequest, visit: OperatorVisit, batch_id: int) -> HttpResponse:
    """What became of one file: six outcomes that add up, and the rows to correct."""
    found = ImportBatch.objects.select_related("progress", "mapping_version").get(
        pk=batch_id, operator=visit.operator
    )
    kept = ImportRow.objects.filter(batch=found)
    shown = found.proposal or {} if found.state in BEFORE else {}
    rows = {o: int(shown.get(o.value, getattr(found, o.value))) for o in Outcome}
    approvals = ImportApproval.objects.filter(batch=found).select_related("user").order_by("at")
    context = {
        "visit": visit,
        "batch": found,
        "tallies": [Tally(words_of(o), *SIGNS[o], rows[o]) for o in Outcome],
        "rows": kept[:ROWS_SHOWN],
        "more": max(0, rows[Outcome.HELD] + rows[Outcome.REJECTED] - ROWS_SHOWN),
        "moves": found.state in IN_WORK,
        "approvals": approvals,
        "words": approving.words(found),
        "needed": approving.needed(found),
        "course": _course(found, approvals, visit.now),
        "asked": found.progress.asked,
        "gap": sequences.gap(found),
    }
    return render(request, "portal/operator/batch.html", context)


@require_GET
@operator_staff
@recently_signed_in
def rejects_file(request: HttpRequest, visit: OperatorVisit, batch_id: int) -> HttpResponse:
    """Held and rejected rows as a file to correct and send again."""
    found = ImportBatch.objects.get(pk=batch_id, operator=visit.operator)
    # The mark lets a spreadsheet read kanji; the import passes over it.
    text = "".join(rejects.lines(found)).encode("utf-8-sig")
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejects-{found.pk}.csv"'
    return answer


def _course(
    found: ImportBatch, approvals: Iterable[ImportApproval], now: datetime
) -> Course | None:
    if found.state not in (State.APPROVED, State.LOADING, State.PAUSED):
        return None
    began = max((approval.at for approval in approvals), default=found.started_at)
    return Course.of_batch(found, began=began, now=now)


def words_of(outcome: Outcome) -> str:
    match outcome:
        case Outcome.CREATED:
            return _("Created")
        case Outcome.UPDATED:
            return _("Updated")
        case Outcome.UNCHANGED:
            return _("Unchanged")
        case Outcome.DUPLICATE:
            return _("Duplicate")
        case Outcome.HELD:
            return _("Held")
        case Outcome.REJECTED:
            return _("Rejected")
