from healthcare.audit.models.access_event import LISTS, AccessEvent
from healthcare.audit.models.audit_record import AuditRecord

__all__ = ["LISTS", "AccessEvent", "AuditRecord"]
