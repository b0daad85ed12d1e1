"""What an operator declared of a file beside what became of it, to be printed and to be checked."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from healthcare.subscribers import sequences
from healthcare.subscribers.loading import outcomes, reconciling
from healthcare.subscribers.models import ImportApproval, ImportBatch, Outcome
from portal.doors import OperatorVisit, operator_staff
from portal.operator.imports import words_of


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of the reconciliation sheet in words, with its outcomes in the order of `KINDS`."""

    words: str
    line: reconciling.Line
    numbers: list[int]


@require_GET
@operator_staff
def reconciliation(request: HttpRequest, visit: OperatorVisit, batch_id: int) -> HttpResponse:
    """What the operator declared beside what became of it, line by line and in total."""
    found = ImportBatch.objects.get(pk=batch_id, operator=visit.operator)
    lines = [
        SheetLine(_line_words(line), line, [line.outcomes[outcome] for outcome in outcomes.KINDS])
        for line in reconciling.stored(found)
    ]
    approvals = ImportApproval.objects.filter(batch=found).select_related("user")
    context = {
        "visit": visit,
        "batch": found,
        "lines": lines,
        "wrong": any(line.line.difference for line in lines),
        "unreadable": any(line.line.unreadable for line in lines),
        "outcomes": [words_of(outcome) for outcome in Outcome],
        "gap": sequences.gap(found),
        "approvals": approvals.order_by("at"),
    }
    return render(request, "portal/operator/reconciliation.html", context)


@require_GET
@operator_staff
def outcomes_file(request: HttpRequest, visit: OperatorVisit, batch_id: int) -> HttpResponse:
    """What became of every line, as a file; nothing of anybody is in it."""
    found = ImportBatch.objects.get(pk=batch_id, operator=visit.operator)
    text = "".join(outcomes.lines(found)).encode()
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="outcomes-{found.pk}.csv"'
    return answer


def _line_words(line: reconciling.Line) -> str:
    names = {
        "rows": _("All rows"),
        "tariff": _("Tariff"),
        "package": _("Package"),
        "sex": _("Sex"),
        "language": _("Language"),
        "prefecture": _("Prefecture"),
        "trial_days_left": _("Sum of trial days left"),
        "price_override": _("Sum of agreed prices"),
    }
    if line.value is None:
        return names[line.of]
    return f"{names[line.of]}: {line.value or _('(empty)')}"
