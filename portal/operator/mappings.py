"""Mappings: how an operator's own files are laid out, tried on a sample and kept by version."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from healthcare.subscribers import mappings as kept
from healthcare.subscribers import trying
from healthcare.subscribers.api.mapping_views import template_file
from healthcare.subscribers.loading import choosing
from healthcare.subscribers.loading.choosing import setting_of
from healthcare.subscribers.loading.definitions import Fault, MappingRefused, layout_of
from healthcare.subscribers.loading.encodings import Candidate
from healthcare.subscribers.loading.layouts import STANDARD_LAYOUT
from healthcare.subscribers.loading.refusing import FileRefused
from healthcare.subscribers.models import Mapping
from healthcare.subscribers.trying import Sample, Trial
from portal.doors import OperatorVisit, operator_staff
from portal.operator.confirming import keeping_the_file, with_confirmed
from portal.operator.mapping_forms import (
    ColumnsForm,
    SampleForm,
    columns_read,
    initial_names,
    initial_of,
    packed,
    said_by_the_page,
    unpacked,
)


@require_GET
@operator_staff
def mappings(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """The newest version of each mapping of this operator."""
    context = {"visit": visit, "mappings": kept.newest_of(visit.operator)}
    return render(request, "portal/operator/mappings.html", context)


@require_GET
@operator_staff
def mapping(request: HttpRequest, visit: OperatorVisit, mapping_id: int) -> HttpResponse:
    """One version: which column is which, and the versions before and after it."""
    found = Mapping.objects.get(pk=mapping_id, operator=visit.operator)
    context = {
        "visit": visit,
        "mapping": found,
        "columns": columns_read(found.definition),
        "versions": Mapping.objects.filter(operator=visit.operator, name=found.name),
    }
    return render(request, "portal/operator/mapping.html", context)


@require_GET
@operator_staff
def template(request: HttpRequest, visit: OperatorVisit, mapping_id: int) -> HttpResponse:
    """An empty file of this version to fill in."""
    found = Mapping.objects.get(pk=mapping_id, operator=visit.operator)
    layout = choosing.layout_of(found, visit.operator, now=visit.now)
    return template_file(layout, f"{found.name}-v{found.version}.csv")


@require_GET
@operator_staff
def standard_template(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """An empty file of the standard layout."""
    return template_file(STANDARD_LAYOUT, "subscribers.csv")


@require_http_methods(["GET", "POST"])
@operator_staff
def new(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """A sample, then its columns, then ten rows as they would be read, then the next version."""
    if request.method == "POST" and "sample" in request.POST:
        return _columns(request, visit)
    if request.method == "POST":
        return _sample(request, visit)
    form = SampleForm(initial={"name": request.GET.get("name", "")})
    return _ask_for_sample(request, visit, form)


def _ask_for_sample(
    request: HttpRequest,
    visit: OperatorVisit,
    form: SampleForm,
    candidates: tuple[Candidate, ...] = (),
) -> HttpResponse:
    context = {"visit": visit, "form": form, "candidates": candidates}
    status = 422 if form.is_bound else 200
    answer = render(request, "portal/operator/new_mapping.html", context, status=status)
    return keeping_the_file(answer)


def _sample(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """Cut the sample, and ask what its columns are."""
    form = SampleForm(with_confirmed(request), request.FILES)
    if not form.is_valid():
        return _ask_for_sample(request, visit, form)
    try:
        kept.check_name(form.cleaned_data["name"])
        sample = trying.sample_of(form.cleaned_data["file"], form=form.form())
    except FileRefused as refused:
        form.add_error("file", str(refused))
        return _ask_for_sample(request, visit, form, refused.candidates)
    except MappingRefused as refused:
        form.add_error("name", str(refused))
        return _ask_for_sample(request, visit, form)
    before = _newest(visit, form.cleaned_data["name"])
    known = initial_of(before.definition, sample.header) if before else initial_names(sample.header)
    said = {name: form.cleaned_data[name] for name in form.fields if name != "file"}
    columns = ColumnsForm(initial={**known, **said, "sample": packed(sample)}, header=sample.header)
    return _ask_for_columns(request, visit, columns, sample)


def _columns(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """Show how the sample would be read, or save."""
    try:
        sample = unpacked(request.POST["sample"])
    except ValueError:
        return _ask_for_sample(request, visit, SampleForm(request.POST))
    form = ColumnsForm(request.POST, header=sample.header)
    if not form.is_valid():
        return _ask_for_columns(request, visit, form, sample, status=422)
    definition, faults = form.definition()
    name = form.cleaned_data["name"]
    if faults:
        return _ask_for_columns(request, visit, form, sample, faults=faults, status=422)
    try:
        kept.check_name(name)
        layout = layout_of(definition, name=name, setting=setting_of(visit.operator, now=visit.now))
        trial = trying.try_sample(
            sample, layout=layout, setting=setting_of(visit.operator, now=visit.now)
        )
        if "save" in request.POST:
            saved, _new = kept.save(
                operator=visit.operator,
                name=name,
                definition=definition,
                now=visit.now,
                by=visit.user.actor,
            )
            return redirect("portal:operator:mapping", mapping_id=saved.pk)
    except MappingRefused as refused:
        faults = list(refused.faults)
        return _ask_for_columns(request, visit, form, sample, faults=faults, status=422)
    except FileRefused as refused:
        faults = [Fault("", str(refused))]
        return _ask_for_columns(request, visit, form, sample, faults=faults, status=422)
    return _ask_for_columns(request, visit, form, sample, trial=trial)


def _ask_for_columns(
    request: HttpRequest,
    visit: OperatorVisit,
    form: ColumnsForm,
    sample: Sample,
    *,
    faults: list[Fault] | None = None,
    trial: Trial | None = None,
    status: int = 200,
) -> HttpResponse:
    name = form["name"].value()
    before = _newest(visit, name)
    examples = zip(*(cells for _, cells in sample.records), strict=False)
    shown = [[cell for cell in column if cell][:2] for column in examples]
    context: dict[str, Any] = {
        "visit": visit,
        "form": form,
        "faults": faults,
        "trial": trial,
        "next": before.version + 1 if before else 1,
        "before": before,
        "lost": before is not None and not said_by_the_page(before.definition),
        "columns": [
            (field, shown[i] if i < len(shown) else []) for i, field in enumerate(form.targets())
        ],
    }
    return render(request, "portal/operator/mapping_columns.html", context, status=status)


def _newest(visit: OperatorVisit, name: str) -> Mapping | None:
    return Mapping.objects.filter(operator=visit.operator, name=name).order_by("-version").first()
