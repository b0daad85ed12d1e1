"""`@tracked()` on a model keeps what its rows said before they were changed or deleted.

    @tracked()
    class Consent(models.Model): ...

makes the model `ConsentHistory` beside it and two triggers, one for UPDATE and one for DELETE,
which copy the old rows of a statement with one INSERT. Nothing is copied on INSERT: the current
row stands in the table itself, so taking in a million new people costs nothing more. Raw SQL and
bulk updates are recorded too, and a roll-back takes back the record with the change.

The walls are those of the tracked model: the history's manager asks for the same scope by the same
path, and `guard_history` in the migration raises the second wall.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
from django.apps import apps
from django.db import models

from healthcare.history.models import History
from healthcare.hospitals.scope import ScopedManager

M = TypeVar("M", bound=models.Model)


def tracked(*, exclude: tuple[str, ...] = ()) -> Callable[[type[M]], type[M]]:
    """Keep the history of a model.

    Args:
        exclude: fields that are not kept and whose change alone leaves no record: secrets, and
            what changes without anybody's doing.
    """

    def keep(model: type[M]) -> type[M]:
        name = model._meta.model_name
        path, manager = _manager(model)
        # Where the person's rows are found; `pgh_obj` has an index of its own.
        found_by = (path or "").split("__")[0].removeprefix("pgh_obj")
        pghistory.create_event_model(
            model,
            # Named after the model: the library tells functions of one name apart by five digits.
            pghistory.UpdateEvent(row=pghistory.Old, trigger_name=f"update_{name}"),
            pghistory.DeleteEvent(row=pghistory.Old, trigger_name=f"delete_{name}"),
            exclude=[*exclude, *_computed(model)],
            obj_field=pghistory.ObjForeignKey(
                related_name="history", related_query_name="history", db_index=True
            ),
            context_field=None,  # type: ignore[arg-type]  # as its documentation has it
            level=pghistory.Statement,
            base_model=History,
            attrs={"objects": manager},
            meta={"indexes": [models.Index(fields=[found_by])] if found_by else []},
            abstract=False,
        )
        return model

    return keep


def histories() -> list[type[History]]:
    """The history models of all rooms."""
    return [model for model in apps.get_models() if issubclass(model, History)]


def history_of(model: type[models.Model]) -> type[History] | None:
    """The history of this model; None when none is kept."""
    return next((found for found in histories() if found.pgh_tracked_model is model), None)


def _manager(model: type[models.Model]) -> tuple[str | None, ScopedManager[Any]]:
    """The path to the person, and a manager that narrows as the model's own does. The history of
    what is nobody's in particular is read by commands only."""
    declared = model._default_manager
    if not isinstance(declared, ScopedManager):
        return None, ScopedManager[Any](None)
    path = "pgh_obj" if declared.patient == "" else declared.patient
    return path, ScopedManager[Any](
        path,
        health=declared.health,
        operator=declared.operator,
        hospital=declared.hospital,
        clinic=declared.clinic,
    )


def _computed(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.local_fields if field.generated]
