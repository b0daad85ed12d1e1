"""From rows to the document that is drawn: who, by which rules, from which devices."""

from datetime import datetime, timedelta
from typing import cast

from devices import queries as devices
from healthcare.patients.models import CareRelationship
from packages import queries as packages
from reports.analysis import schemes
from reports.analysis.facts import Summary
from reports.charts.words import Language
from reports.goals import goal_for
from reports.models import Report
from reports.pdf import document


def compose(*, report: Report, facts: Summary, now: datetime) -> document.ReportDocument:
    """Everything the PDF of this report says. Needs a scope that covers the patient."""
    language = cast("Language", report.language)
    last = report.end - timedelta(days=1)
    entitled = packages.entitlements(patient_id=report.patient_id, on=last)
    return document.ReportDocument(
        patient=_patient(report, language, now),
        facts=facts,
        created_at=now,
        language=language,
        rules=_rules(report, facts, now),
        report_version=str(report.version),
        devices=tuple(
            sorted(
                {
                    d.model
                    for d in devices.devices_of(patient_id=report.patient_id, at=now, archives=True)
                }
                - {""}
            )
        ),
        with_sleep=entitled.sleep_analysis,
    )


def _patient(report: Report, language: Language, now: datetime) -> document.Patient:
    patient = report.patient
    care = CareRelationship.objects.filter(
        patient=patient, hospital=report.hospital, period__contains=now
    ).first()
    return document.Patient(
        name=patient.name,
        kana=patient.kana,
        birth_date=patient.birth_date,
        sex=cast("document.PatientSex", patient.sex),
        id=(care.hospital_patient_number if care else "") or f"M{patient.pk}",
        hospital=report.hospital.display_name(language),
        doctor=care.doctor if care else "",
    )


def _rules(report: Report, facts: Summary, now: datetime) -> document.Rules:
    scheme = schemes.named(report.hospital.scheme)
    pressure = facts.blood_pressure
    goal = pressure.goal if pressure else None
    return document.Rules(
        scheme=scheme.name,
        version=scheme.version,
        signed=scheme.signed,
        threshold=scheme.threshold,
        goal=goal or goal_for(patient=report.patient, scheme=scheme.name, on=report.end, now=now),
    )
