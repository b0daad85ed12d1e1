"""What was changed, from what to what, when and by whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Q

from healthcare.audit.models import AuditRecord
from healthcare.history.tracking import histories, history_of
from healthcare.hospitals.scope import ScopedManager

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One row, changed or deleted by one statement."""

    at: datetime
    model: str
    id: int
    was: str
    fields: dict[str, tuple[Any, Any]]
    by: tuple[str, ...]


def changes_of_person(patient_id: int) -> list[Change]:
    """Everything that was changed about this person, oldest first. Ask it in a system scope."""
    return _changes(
        (history, history._default_manager.filter(_of_person(history, patient_id)))
        for history in histories()
        if _path(history) is not None
    )


def changes_of(model: type[models.Model], *, id: int | None = None) -> list[Change]:
    """What was changed in this table, or in one row of it, oldest first. In a system scope.

    Raises:
        LookupError: the model's history is not kept.
    """
    history = history_of(model)
    if history is None:
        raise LookupError(f"{model._meta.label} keeps no history; docs/history.md says which do.")
    rows: Any = history._default_manager.all()
    return _changes([(history, rows if id is None else rows.filter(pgh_obj_id=id))])


def _path(history: type[models.Model]) -> str | None:
    manager = history._default_manager
    return manager.patient if isinstance(manager, ScopedManager) else None


def _of_person(history: type[models.Model], patient_id: int) -> Q:
    """Rows about the person. What they hang on may be deleted itself, so its history counts too."""
    first, _, rest = (_path(history) or "").partition("__")
    if not rest:
        return Q(**{f"{first}_id": patient_id})
    parent: Any = history._meta.get_field(first).related_model
    ids = set(parent._default_manager.filter(**{rest: patient_id}).values_list("pk", flat=True))
    former = history_of(parent)
    if former is not None:
        rows: Any = former._default_manager.filter(_of_person(former, patient_id))
        ids |= set(rows.values_list("pgh_obj_id", flat=True))
    return Q(**{f"{first}_id__in": ids})


def _changes(found: Iterable[tuple[Any, models.QuerySet[Any]]]) -> list[Change]:
    pairs = [pair for history, rows in found for pair in _with_next(history, rows)]
    by = _authors(row for row, _ in pairs)
    changes = [_change(row, after, by[_transaction(row)]) for row, after in pairs]
    return sorted(changes, key=lambda change: change.at)


def _with_next(history: Any, rows: models.QuerySet[Any]) -> Iterator[tuple[Any, Values]]:
    """Each row with what it became: the next old row of the same object, or the object today."""
    wanted = set(rows.values_list("pgh_id", flat=True))
    objects = set(rows.values_list("pgh_obj_id", flat=True))
    kept = history._default_manager.filter(pgh_obj_id__in=objects).order_by("pgh_obj_id", "pgh_id")
    names = _tracked(history)
    today = {
        row["pk"]: row
        for row in history.pgh_tracked_model._default_manager.filter(pk__in=objects).values(
            "pk", *names
        )
    }
    for key, group in groupby(kept, key=lambda row: row.pgh_obj_id):
        series = list(group)
        became = [_values(row, names) for row in series[1:]] + [today.get(key, {})]
        for row, after in zip(series, became, strict=True):
            if row.pgh_id in wanted:
                yield row, {} if row.pgh_label == "delete" else after


def _tracked(history: Any) -> list[str]:
    return [field.attname for field in history._meta.fields if not field.attname.startswith("pgh_")]


def _values(row: Any, names: list[str]) -> Values:
    return {name: getattr(row, name) for name in names}


def _change(row: Any, after: Values, by: tuple[str, ...]) -> Change:
    before = _values(row, _tracked(row))
    return Change(
        at=row.pgh_created_at,
        model=row.pgh_tracked_model._meta.label,
        id=row.pgh_obj_id,
        was=f"{row.pgh_label}d",
        fields={
            name: (value, after.get(name))
            for name, value in before.items()
            if name != "id" and value != after.get(name)
        },
        by=by,
    )


def _transaction(row: Any) -> tuple[int, datetime]:
    return row.pgh_transaction, row.pgh_created_at


def _authors(rows: Iterable[Any]) -> dict[tuple[int, datetime], tuple[str, ...]]:
    """Who did what in these transactions: as a rule one record, several when an action made use of
    others, none when somebody changed rows past the application."""
    wanted = {_transaction(row) for row in rows}
    found: dict[tuple[int, datetime], tuple[str, ...]] = defaultdict(tuple)
    records = AuditRecord.objects.filter(transaction__in={number for number, _ in wanted})
    for record in records.order_by("id"):
        key = (record.transaction, record.began_at)
        if key in wanted:
            who = f"{record.actor_kind}:{record.actor_id or record.actor_name}"
            name = f" {record.actor_name}" if record.actor_id and record.actor_name else ""
            found[key] += (f"{who}{name} ({record.action})",)
    return found
