"""How tests look at everybody's rows: outside a scope there are none, so a bare count proves
nothing."""

from contextlib import AbstractContextManager

from healthcare.audit.models import AccessEvent, AuditRecord
from healthcare.hospitals.scope import Scope, acting_in


def everybody() -> AbstractContextManager[Scope]:
    """A scope that covers all rows."""
    return acting_in(Scope.system("a test looks"))


def access_events(**wanted: object) -> list[AccessEvent]:
    """The views of health data that were recorded, oldest first."""
    with everybody():
        return list(AccessEvent.objects.filter(**wanted).order_by("pk"))


def audit_records(**wanted: object) -> list[AuditRecord]:
    """The acts that were recorded, oldest first."""
    with everybody():
        return list(AuditRecord.objects.filter(**wanted).order_by("pk"))
