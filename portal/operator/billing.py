"""Billing months: try, draft, look at totals and samples, commit, and fetch the charge file."""

import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from healthcare.accounts.stepping_up import recently_signed_in
from healthcare.kernel.periods import add_months, calendar_month, month_text
from packages import billing, charging, queries
from packages.models import BillingRun, Invoice, RunState
from portal.doors import OperatorVisit, operator_staff
from portal.operator.forms import BillingForm

SAMPLES = 12


@require_GET
@operator_staff
def runs(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """The runs of this operator, newest month first, and the form that starts one."""
    return render(request, "portal/operator/billing.html", _page(visit, BillingForm()))


@require_POST
@operator_staff
def start(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """Draft a month, or only try it; drafts are looked at before they are committed."""
    form = BillingForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/operator/billing.html", _page(visit, form), status=422)
    asked = {
        "month": form.cleaned_data["month"],
        "operator": visit.operator,
        "as_of": visit.now,
        "by": visit.user.actor,
    }
    try:
        if form.cleaned_data["dry_run"]:
            tried = billing.run(**asked, dry_run=True)
            page = {**_page(visit, form), "tried": tried}
            return render(request, "portal/operator/billing.html", page)
        drafted = billing.draft(**asked)
    except billing.BillingRefused as refused:
        form.add_error("month", str(refused))
        return render(request, "portal/operator/billing.html", _page(visit, form), status=422)
    return redirect("portal:operator:run", run_id=drafted.run.pk)


@require_GET
@operator_staff
def run(request: HttpRequest, visit: OperatorVisit, run_id: int) -> HttpResponse:
    """Totals, the largest documents and who was held, before and after the commitment."""
    found = BillingRun.objects.get(pk=run_id, operator=visit.operator)
    documents = Invoice.objects.filter(run=found).select_related("payer_contract")
    context = {
        "visit": visit,
        "run": found,
        "samples": documents.order_by("-total", "pk")[:SAMPLES],
        "can_commit": found.state == RunState.DRAFTED,
        "committed": found.state == RunState.COMMITTED,
    }
    return render(request, "portal/operator/run.html", context)


@require_POST
@operator_staff
def commit(request: HttpRequest, visit: OperatorVisit, run_id: int) -> HttpResponse:
    """Number and issue the drafts."""
    found = BillingRun.objects.get(pk=run_id, operator=visit.operator)
    if found.state != RunState.DRAFTED:
        messages.error(request, _("Only a finished draft can be committed. Look at it again."))
    else:
        billing.commit(run=found, as_of=visit.now, by=visit.user.actor)
        messages.success(request, _("Committed. The documents are numbered and issued."))
    return redirect("portal:operator:run", run_id=found.pk)


@require_POST
@operator_staff
@recently_signed_in
def charges(request: HttpRequest, visit: OperatorVisit, run_id: int) -> HttpResponse:
    """The charge file of a committed month; writing it again gives the same bytes."""
    found = BillingRun.objects.get(pk=run_id, operator=visit.operator, state=RunState.COMMITTED)
    out = io.BytesIO()
    try:
        charging.write(
            month=found.month,
            operator=visit.operator,
            out=out,
            as_of=visit.now,
            by=visit.user.actor,
        )
    except charging.ChargesRefused as refused:
        messages.error(request, str(refused))
        return redirect("portal:operator:run", run_id=found.pk)
    answer = HttpResponse(out.getvalue(), content_type="text/csv")
    name = f"charges-{visit.operator.code}-{month_text(calendar_month(found.month))}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _page(visit: OperatorVisit, form: BillingForm) -> dict[str, object]:
    return {
        "visit": visit,
        "form": form,
        "runs": queries.billing_runs(visit.operator.pk),
        "last_month": month_text(calendar_month(add_months(visit.now.date(), -1))),
    }
