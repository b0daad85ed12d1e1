from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from healthcare.audit.actors import command
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope
from healthcare.patients import caring
from healthcare.patients.models import CareRelationship
from tests.factories import CareRelationshipFactory, HospitalFactory, PatientFactory

BY = command("tests")
SINCE, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def test_care_begins_once_and_ends(system: Scope) -> None:
    patient, hospital = PatientFactory(), HospitalFactory()
    begun = {"patient": patient, "hospital": hospital, "since": SINCE, "now": NOW, "by": BY}
    first = caring.begin(**begun, hospital_patient_number="K-1", doctor="Dr Ito")
    assert caring.begin(**begun) == first
    assert AuditRecord.objects.filter(action="patients.care_begun").count() == 1
    for _ in range(2):
        caring.end(patient=patient, hospital=hospital, now=NOW, by=BY)
    ended = CareRelationship.objects.get()
    assert (ended.period.lower, ended.period.upper) == (SINCE, NOW)
    assert (ended.hospital_patient_number, ended.doctor) == ("K-1", "Dr Ito")
    assert AuditRecord.objects.filter(action="patients.care_ended").count() == 1


def test_the_database_refuses_to_care_twice_at_a_time(system: Scope) -> None:
    care = CareRelationshipFactory()
    with pytest.raises(IntegrityError, match="care_once"), transaction.atomic():
        CareRelationshipFactory(patient=care.patient, hospital=care.hospital)
    CareRelationshipFactory(patient=care.patient)
