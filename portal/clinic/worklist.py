"""The worklist: who needs a look today, most serious first, and why."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from healthcare.patients import panels
from healthcare.patients.models import Panel
from portal.doors import ClinicVisit, clinician
from portal.pictures import inline
from portal.verdicts import Verdict, against_goal, signed
from reports.analysis import display, schemes
from reports.analysis.measured import Pressure
from reports.charts import sparkline
from reports.charts.words import Language
from reports.models import Bucket, PatientState
from reports.monitoring import reasons
from reports.monitoring import worklist as work

SORTS: tuple[work.Sort, ...] = ("severity", "name", "last_reading")
SIGNS: dict[Bucket, tuple[str, str]] = {
    Bucket.URGENT: ("bad", "siren"),
    Bucket.WORSENING: ("warn", "trending-up"),
    Bucket.ABOVE_GOAL: ("warn", "arrow-up"),
    Bucket.NO_DATA: ("note", "circle-dashed"),
    Bucket.STABLE: ("good", "check"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A bucket with its count, as a filter."""

    bucket: Bucket
    tone: str
    icon: str
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """A patient's row with everything in words."""

    row: work.Row
    bucket: Bucket
    tone: str
    icon: str
    why: list[str]
    mean: str
    goal: Verdict | None
    change: str
    package: str
    sparkline: SafeString


@require_http_methods(["GET", "POST"])
@clinician
def worklist(request: HttpRequest, visit: ClinicVisit) -> HttpResponse:
    """A page of patients. Bucket, sort and page live in the URL; a searched name does not, because
    addresses end up in logs: the search is posted."""
    bucket = _bucket(request.GET.get("bucket", ""))
    sort = _sort(request.GET.get("sort", ""))
    search = request.POST.get("search", "").strip()[:80]
    mine = panels.watched_by(visit.user, hospital=visit.hospital, now=visit.now)
    panel, panel_ids = _panel(request.GET.get("panel", ""), mine, visit)
    found = work.page(
        bucket=bucket,
        panels=panel_ids,
        search=search,
        sort=sort,
        number=_number(request.GET.get("page", "")),
        now=visit.now,
    )
    lines = [_line(row, visit.language) for row in found.rows]
    visit.saw(*(row.state.pk for row in found.rows), what="clinic.worklist")
    context = {
        "visit": visit,
        "found": found,
        "lines": lines,
        "shelves": [Shelf(b, *SIGNS[b], found.counts[b]) for b in Bucket],
        "bucket": bucket,
        "mine": mine,
        "panel": panel,
        "panel_query": f"&panel={panel}" if panel else "",
        "panel_name": _panel_name(panel),
        "sort": sort,
        "search": search,
        "scheme": schemes.named(visit.hospital.scheme),
    }
    return render(request, "portal/clinic/worklist.html", context)


def _panel(text: str, mine: list[Panel], visit: ClinicVisit) -> tuple[str, list[int] | None]:
    """The `?panel=` parameter: `mine`, the number of an open panel of this hospital, or all."""
    if text == "mine":
        return text, [panel.pk for panel in mine]
    number = _number(text)
    if text == str(number) and panels.of_hospital(visit.hospital).filter(pk=number).exists():
        return text, [number]
    return "", None


def _panel_name(panel: str) -> str:
    if panel == "mine":
        return _("My panels")
    return Panel.objects.get(pk=panel).name if panel else ""


def _bucket(text: str) -> Bucket | None:
    return Bucket(text) if text in Bucket.values else None


def _sort(text: str) -> work.Sort:
    return next((sort for sort in SORTS if sort == text), "severity")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _line(row: work.Row, language: Language) -> Line:
    state = row.state
    bucket = Bucket(state.bucket)
    tone, icon = SIGNS[bucket]
    goal = _goal(state)
    return Line(
        row=row,
        bucket=bucket,
        tone=tone,
        icon=icon,
        why=[reasons.words(a, timezone=state.patient.timezone) for a in row.alerts]
        or [_why(state, bucket)],
        mean=_mean(state),
        goal=goal,
        change=_change(state),
        package=row.entitlements.display_name(language),
        sparkline=inline(
            sparkline.sparkline(
                state.sparkline, goal=state.goal_systolic or 125, language=language
            ),
            name=f"spark{state.pk}",
            css_class="spark",
        ),
    )


def _why(state: PatientState, bucket: Bucket) -> str:
    """The reason of a bucket that no alert explains."""
    match bucket:
        case Bucket.ABOVE_GOAL:
            return _("Mean of the last 30 days is above the goal")
        case Bucket.NO_DATA if state.last_reading_at is None:
            return _("No reading yet")
        case Bucket.NO_DATA:
            return _("Too few readings in the last 30 days to judge")
        case Bucket.STABLE:
            return _("Mean of the last 30 days is within the goal")
        case _:
            return ""


def _mean(state: PatientState) -> str:
    if state.mean_systolic is None or state.mean_diastolic is None:
        return "–"
    goals = [state.goal_systolic], [state.goal_diastolic]
    systolic, diastolic = (
        display.number(value, lines=[line for line in lines if line is not None])
        for value, lines in zip((state.mean_systolic, state.mean_diastolic), goals, strict=True)
    )
    return f"{systolic}/{diastolic}"


def _goal(state: PatientState) -> Verdict | None:
    if (
        not state.sufficient
        or state.mean_systolic is None
        or state.mean_diastolic is None
        or state.goal_systolic is None
        or state.goal_diastolic is None
    ):
        return None
    goal = Pressure(state.goal_systolic, state.goal_diastolic)
    return against_goal(state.mean_systolic, state.mean_diastolic, goal)


def _change(state: PatientState) -> str:
    if state.mean_systolic is None or state.previous_systolic is None:
        return ""
    return _("%(value)s against the 30 days before") % {
        "value": signed(state.mean_systolic - state.previous_systolic)
    }
