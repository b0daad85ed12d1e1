from reports.models.alert import Alert, AlertKind, AlertState
from reports.models.alert_evidence import AlertEvidence
from reports.models.alert_note import AlertNote
from reports.models.news import News
from reports.models.patient_goal import PatientGoal
from reports.models.patient_state import Bucket, PatientState
from reports.models.report import Report, ReportKind, ReportState
from reports.models.report_file import ReportFile

__all__ = [
    "Alert",
    "AlertEvidence",
    "AlertKind",
    "AlertNote",
    "AlertState",
    "Bucket",
    "News",
    "PatientGoal",
    "PatientState",
    "Report",
    "ReportFile",
    "ReportKind",
    "ReportState",
]
