from healthcare.patients.models.break_glass import BreakGlass
from healthcare.patients.models.budget_lift import BudgetLift
from healthcare.patients.models.care_relationship import CareRelationship
from healthcare.patients.models.consent import Consent, Purpose
from healthcare.patients.models.notice import Notice, NoticeKind
from healthcare.patients.models.panel import Panel
from healthcare.patients.models.panel_patient import PanelPatient
from healthcare.patients.models.panel_staff import PanelStaff
from healthcare.patients.models.patient import Patient, Sex
from healthcare.patients.models.reach import Reach
from healthcare.patients.models.watcher import Watcher

__all__ = [
    "BreakGlass",
    "BudgetLift",
    "CareRelationship",
    "Consent",
    "Notice",
    "NoticeKind",
    "Panel",
    "PanelPatient",
    "PanelStaff",
    "Patient",
    "Purpose",
    "Reach",
    "Sex",
    "Watcher",
]
