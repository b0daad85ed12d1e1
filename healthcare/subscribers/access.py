"""The scope of an operator's staff: membership of their own subscribers, never health data."""

from healthcare.accounts.models import Role, User
from healthcare.hospitals.scope import Scope
from healthcare.subscribers.models import OperatorStaff


def operator_staff(user: User) -> OperatorStaff | None:
    """Where this person works, with the operator loaded; None for anybody else."""
    if user.role != Role.OPERATOR or not user.is_active:
        return None
    return OperatorStaff.objects.select_related("operator").filter(user=user).first()


def scope_for_operator(user: User) -> Scope:
    """Membership rows of the staff's operator, or nobody's."""
    staff = operator_staff(user)
    return Scope.operator(staff.operator_id) if staff else Scope.nobody()
