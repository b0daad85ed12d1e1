from healthcare.patients.models.care_relationship import CareRelationship
from healthcare.patients.models.consent import Consent, Purpose
from healthcare.patients.models.patient import Patient, Sex

__all__ = ["CareRelationship", "Consent", "Patient", "Purpose", "Sex"]
