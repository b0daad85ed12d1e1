from healthcare.patients.models.care_relationship import CareRelationship
from healthcare.patients.models.consent import Consent, Purpose
from healthcare.patients.models.patient import Patient, Sex
from healthcare.patients.models.reach import Reach

__all__ = ["CareRelationship", "Consent", "Patient", "Purpose", "Reach", "Sex"]
