"""A month's report from stored readings to the stored PDF, beside drawing the PDF alone.

The raw limit is the drawing of the same document in the same run: what a report would cost if its
readings were in memory already and the result were thrown away.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from devices.ingesting import partitions, storing
from devices.kinds.known import KINDS
from devices.models import Device
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import CareRelationship, Consent, Patient, Purpose
from reports import building, queries
from reports.composing import compose
from reports.models import Report, ReportKind
from reports.pdf.report import render

NOW = datetime(2026, 11, 3, tzinfo=UTC)
START, END = date(2026, 10, 1), date(2026, 11, 1)
REPORTS = 40


def main() -> dict[str, float]:
    """Build 40 reports of 124 readings each; medians of each step in milliseconds."""
    with acting_in(Scope.system("benchmark")), transaction.atomic():
        reports = [_report(n) for n in range(REPORTS)]
        building.build(report_id=reports[0].pk, now=NOW)  # fonts are registered once a process
        drawn = [_drawing_alone(report) for report in reports[1:]]
        built = [_building(report) for report in reports[1:]]
        transaction.set_rollback(True)
    draw, build = statistics.median(drawn), statistics.median(built)
    figures = {
        "draw_ms": round(draw * 1e3, 1),
        "build_ms": round(build * 1e3, 1),
        "reports_per_second": round(1 / build, 1),
        "ratio": round(draw / build, 2),
    }
    print(
        f"reports: {figures['reports_per_second']}/s a core from rows to stored PDF, "
        f"{figures['ratio']} of drawing alone ({figures['draw_ms']} of {figures['build_ms']} ms)"
    )
    return figures


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _building(report: Report) -> float:
    return _timed(lambda: building.build(report_id=report.pk, now=NOW))


def _drawing_alone(report: Report) -> float:
    facts = queries.summary(
        patient=report.patient, start=START, end=END, scheme=report.hospital.scheme, now=NOW
    )
    document = compose(report=report, facts=facts, now=NOW)
    return _timed(lambda: render(document, fonts_directory=settings.FONTS_DIR))


def _report(n: int) -> Report:
    """A patient who measured four times a day in October, and their report asked for."""
    hospital, _ = Hospital.objects.get_or_create(code="bench", defaults={"name": "Bench"})
    patient = Patient.objects.create(
        family_name="山田", given_name=f"花子{n}", birth_date=date(1958, 3, 14), invited_at=NOW
    )
    since = DateTimeTZRange(datetime(2026, 9, 1, tzinfo=UTC), None)
    for purpose in (Purpose.CARE, Purpose.HOSPITAL_REPORT):
        Consent.objects.create(patient=patient, purpose=purpose, period=since, given_by="bench")
    CareRelationship.objects.create(patient=patient, hospital=hospital, period=since)
    _measure(patient, n)
    return Report.objects.create(
        patient=patient,
        hospital=hospital,
        kind=ReportKind.ASKED,
        start=START,
        end=END,
        language="ja",
        requested_at=NOW,
        requested_by="bench",
    )


def _measure(patient: Patient, n: int) -> None:
    device = Device.objects.create(
        kind="blood_pressure", serial=f"bench-{patient.pk}", registered_at=NOW
    )
    first = datetime(2026, 10, 1, tzinfo=UTC)
    times = [first + timedelta(days=d, hours=h) for d in range(31) for h in (0, 0.05, 12, 12.05)]
    table = KINDS["blood_pressure"].table
    rows = [
        (
            *(patient.pk, at, device.pk, "", at),
            *(128 + (place * 7 + n) % 15, 78 + (place * 5) % 9, 68, None, 0, 540, None, None),
        )
        for place, at in enumerate(times)
    ]
    with acting_in(Scope.ingest()):
        partitions.ensure(table, times)
        storing.insert(table, rows)
