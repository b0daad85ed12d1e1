"""The page a clinic opens first: who needs a look, most serious first, from one row a patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Count, F, Q, QuerySet

from healthcare.kernel.names import after_all_with, search_key
from healthcare.patients.panels import on_panels
from packages import queries as packages
from packages.queries import Entitlements
from reports import queries as reports
from reports.models import Alert, AlertState, Bucket, PatientState, Report, ReportState

Sort = Literal["severity", "name", "last_reading"]
PAGE_SIZE = 50
_ORDERS: dict[str, list[object]] = {
    "severity": ["severity", F("last_reading_at").asc(nulls_first=True), "pk"],
    "name": ["patient__family_name_kana", "patient__given_name_kana", "pk"],
    "last_reading": [F("last_reading_at").desc(nulls_last=True), "pk"],
}


@dataclass(frozen=True, slots=True)
class Row:
    """A patient on the worklist: their state, what stands, what they chose, the latest report."""

    state: PatientState
    alerts: list[Alert]
    entitlements: Entitlements
    latest_report: Report | None


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page. `counts` has every bucket and adds up to `total`, the patients visible."""

    rows: list[Row]
    counts: Mapping[Bucket, int]
    total: int
    page: int
    pages: int


def page(
    *,
    bucket: Bucket | None = None,
    search: str = "",
    sort: Sort = "severity",
    number: int = 1,
    panels: Sequence[int] | None = None,
    now: datetime,
) -> Worklist:
    """A page of the patients that the scope shows; needs a hospital's scope.

    `search` is the start of a name, family name first, in kanji or kana, however wide it is
    written; where none begins so, the start of a given name.
    `panels` narrows the page and the counts to the patients on any of these; None shows all.
    """
    everybody = PatientState.objects.all()
    if panels is not None:
        on = on_panels(panels, now=now)
        everybody = everybody.filter(patient_id__in=on.values("patient_id"))
    by_bucket = dict(everybody.order_by().values_list("bucket").annotate(n=Count("pk")))
    counts = {b: by_bucket.get(b.value, 0) for b in Bucket}
    chosen = _search(everybody, search)
    if bucket is not None:
        chosen = chosen.filter(bucket=bucket)
    counted = counts[bucket] if bucket is not None else sum(counts.values())
    matching = chosen.count() if search else counted
    pages = max(1, -(-matching // PAGE_SIZE))
    number = min(max(1, number), pages)
    first = (number - 1) * PAGE_SIZE
    # People's names are read for the rows of the page, not for those it is chosen from.
    chosen = chosen.order_by(*_ORDERS[sort]).prefetch_related("patient")  # type: ignore[arg-type]
    states = list(chosen[first : first + PAGE_SIZE])
    return Worklist(
        rows=_rows(states, now),
        counts=counts,
        total=sum(counts.values()),
        page=number,
        pages=pages,
    )


def _search(states: QuerySet[PatientState], text: str) -> QuerySet[PatientState]:
    key = search_key(text)
    if not key:
        return states
    end = after_all_with(key)
    whole = states.filter(
        Q(patient__name_key__gte=key, patient__name_key__lt=end)
        | Q(patient__kana_key__gte=key, patient__kana_key__lt=end)
    )
    if whole.exists():
        return whole
    # Who is called by their given name: no index, so this asks the hospital's own rows.
    given = text.replace("\0", "").strip()
    return states.filter(
        Q(patient__given_name__startswith=given) | Q(patient__given_name_kana__startswith=given)
    )


def _rows(states: list[PatientState], now: datetime) -> list[Row]:
    ids = [state.pk for state in states]
    alerts: dict[int, list[Alert]] = {pk: [] for pk in ids}
    standing = Alert.objects.filter(patient_id__in=ids).exclude(state=AlertState.RESOLVED)
    for alert in standing.order_by("-urgent", "-changed_at"):
        alerts[alert.patient_id].append(alert)
    entitled = packages.entitlements_of(ids, on=now.date())
    latest: dict[int, Report] = {}
    built = Report.objects.filter(patient_id__in=ids, state=ReportState.READY)
    ready = reports.agreed_to(built, now=now)
    for report in (
        ready.order_by("patient_id", "-end", "-built_at").distinct("patient_id").defer("facts")
    ):
        latest[report.patient_id] = report
    return [Row(s, alerts[s.pk], entitled[s.pk], latest.get(s.pk)) for s in states]
