from healthcare.audit.models.access_event import AccessEvent
from healthcare.audit.models.audit_record import AuditRecord

__all__ = ["AccessEvent", "AuditRecord"]
