from healthcare.subscribers.models.contract import Contract
from healthcare.subscribers.models.import_approval import ImportApproval
from healthcare.subscribers.models.import_batch import IN_WORK, TAKEN, ImportBatch, State
from healthcare.subscribers.models.import_change import ImportChange, Record
from healthcare.subscribers.models.import_outcomes import ImportOutcomes
from healthcare.subscribers.models.import_progress import Asked, ImportProgress
from healthcare.subscribers.models.import_row import ImportRow, Outcome
from healthcare.subscribers.models.line import Line
from healthcare.subscribers.models.line_access import LineAccess
from healthcare.subscribers.models.line_session import LineSession
from healthcare.subscribers.models.line_suspension import LineSuspension
from healthcare.subscribers.models.mapping import Mapping
from healthcare.subscribers.models.operator import Operator
from healthcare.subscribers.models.operator_staff import OperatorStaff

__all__ = [
    "IN_WORK",
    "TAKEN",
    "Asked",
    "Contract",
    "ImportApproval",
    "ImportBatch",
    "ImportChange",
    "ImportOutcomes",
    "ImportProgress",
    "ImportRow",
    "Line",
    "LineAccess",
    "LineSession",
    "LineSuspension",
    "Mapping",
    "Operator",
    "OperatorStaff",
    "Outcome",
    "Record",
    "State",
]
