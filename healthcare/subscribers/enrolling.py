"""Actions that give a log-in its place: a member their own data, staff their operator."""

from datetime import datetime

from django.db import transaction

from healthcare.accounts.models import Role, User
from healthcare.accounts.people import create_user
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.models import Hospital
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract, Operator, OperatorStaff


class CannotEnrol(ValueError):
    """The log-in cannot be made; the message says why and what to do."""


@transaction.atomic
def enrol(
    *,
    username: str,
    password: str | None,
    role: Role,
    hospital: Hospital | None = None,
    operator: Operator | None = None,
    contract: Contract | None = None,
    full_name: str = "",
    language: str = "",
    now: datetime,
    by: Actor,
) -> User:
    """Make a person who can sign in and put them where their role belongs.

    Args:
        hospital: for clinicians, and only for them.
        operator: for operators' staff, and only for them.
        contract: for members, and only for them: the data of its person is theirs.

    Raises:
        CannotEnrol: the name is taken, the place does not fit the role, or somebody else signs in
            for this subscriber already.
    """
    _check_place(role, hospital=hospital, operator=operator, contract=contract)
    if User.objects.filter(username=username).exists():
        raise CannotEnrol(f"The user name {username!r} is taken: choose another.")
    user = create_user(
        username=username,
        password=password,
        role=role,
        hospital=hospital,
        full_name=full_name,
        language=language,
        now=now,
        by=by,
    )
    if operator is not None:
        OperatorStaff.objects.create(user=user, operator=operator)
    if contract is not None:
        give_own_data(user, contract, now=now, by=by)
    return user


def _check_place(
    role: Role,
    *,
    hospital: Hospital | None,
    operator: Operator | None,
    contract: Contract | None,
) -> None:
    wanted = {Role.CLINICIAN: "hospital", Role.OPERATOR: "operator", Role.MEMBER: "subscriber"}
    given = {"hospital": hospital, "operator": operator, "subscriber": contract}
    for place, value in given.items():
        if (wanted.get(role) == place) != (value is not None):
            must = "needs" if wanted.get(role) == place else "has no"
            raise CannotEnrol(f"A log-in of role {role.value} {must} {place}.")


def give_own_data(user: User, contract: Contract, *, now: datetime, by: Actor) -> None:
    """From now on the data of the contract's person is this log-in's. Call it in a transaction.

    Raises:
        CannotEnrol: somebody else signs in for this subscriber already.
    """
    patient = Patient.objects.select_for_update(of=("self",)).get(pk=contract.patient_id)
    if patient.user_id is not None:
        raise CannotEnrol(f"Subscriber {contract.operator_subscriber_id!r} has a log-in already.")
    patient.user = user
    patient.save(update_fields=["user"])
    record(
        action="subscribers.enrol",
        subject_type="user",
        subject_id=user.pk,
        patient_id=patient.pk,
        at=now,
        by=by,
    )
