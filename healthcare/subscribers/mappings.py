"""The action on mappings: save the next version. None is ever changed or deleted."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers.loading.choosing import setting_of
from healthcare.subscribers.loading.definitions import Fault, MappingRefused, layout_of
from healthcare.subscribers.loading.layouts import STANDARD_NAME
from healthcare.subscribers.models import Mapping, Operator

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def save(
    *, operator: Operator, name: str, definition: object, now: datetime, by: Actor
) -> tuple[Mapping, bool]:
    """Save a definition as the next version of `name`.

    Returns the version in force, and whether it is new: the same definition as the newest version
    again saves nothing.

    Raises:
        MappingRefused: the name or the definition cannot be; every reason at once.
    """
    check_name(name)
    layout_of(definition, name=name, setting=setting_of(operator, now=now))
    newest = Mapping.objects.filter(operator=operator, name=name).order_by("-version").first()
    if newest is not None and newest.definition == definition:
        return newest, False
    try:
        with transaction.atomic():
            saved = Mapping.objects.create(
                operator=operator,
                name=name,
                version=newest.version + 1 if newest else 1,
                definition=definition,
                saved_at=now,
                actor=str(by),
            )
            record(
                action="subscribers.mapping",
                subject_type="mapping",
                subject_id=saved.pk,
                details={"operator": operator.code, "name": name, "version": saved.version},
                at=now,
                by=by,
            )
    except IntegrityError as error:
        raise MappingRefused(
            [Fault("name", "Somebody saved a version at the same moment: look at it first.")]
        ) from error
    return saved, True


def check_name(name: str) -> None:
    """Raise `MappingRefused` for a name that a mapping of an operator cannot have."""
    if name == STANDARD_NAME:
        raise MappingRefused([Fault("name", "The standard layout stays as it is: use another.")])
    if not NAME.fullmatch(name):
        raise MappingRefused(
            [Fault("name", "Use 1 to 40 small letters, digits, hyphens and underscores.")]
        )


def newest_of(operator: Operator) -> list[Mapping]:
    """The newest version of each of the operator's mappings, by name."""
    return list(
        Mapping.objects.filter(operator=operator).order_by("name", "-version").distinct("name")
    )
