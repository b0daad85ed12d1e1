"""The action that undoes an import batch, as far as nobody has built on it since.

A contract is undone with everything its row changed: the person and lines it brought, the values
it replaced, the lines of others that it ended. What has been built on since stays, with the reason;
so does every contract that shares a change with one that stays, because half of a change of hands
would leave a number with two holders or none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.history.models import History
from healthcare.kernel.periods import local_date
from healthcare.patients.models import Patient
from healthcare.subscribers.line_ends import announce_undone, standing
from healthcare.subscribers.models import Contract, ImportBatch, Line, State
from healthcare.subscribers.undo_log import forget, remove, restore

# Rows that a contract brought itself go with it; any other row that points to it is built on it.
_OWN: tuple[type[models.Model], ...] = (Contract, Line)


class CannotRollBack(ValueError):
    """The batch as a whole has nothing to undo; the message says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A contract that could not be undone: its operator's id, and why in words."""

    operator_subscriber_id: str
    reason: str


@dataclass(slots=True)
class RolledBack:
    """What a roll-back did, or would do."""

    removed: int = 0
    restored: int = 0
    kept: list[Kept] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What had ended with a line and does not come back with it, in words."""


@transaction.atomic
def roll_back(*, batch: ImportBatch, dry_run: bool = False, now: datetime, by: Actor) -> RolledBack:
    """Undo a batch. With `dry_run` nothing changes and the answer is the same.

    Raises:
        CannotRollBack: it was a dry run, was refused, is not done yet or was undone before.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    _check(batch)
    created = set(Contract.objects.filter(imported_in=batch).values_list("pk", flat=True))
    caused, groups = _groups(batch)
    reasons = _reasons(batch)
    keep = {c for group in groups if group & reasons.keys() for c in group} | reasons.keys()
    undo = (created | caused) - keep
    answer = RolledBack(
        removed=len(created & undo),
        restored=len(undo - created),
        kept=_kept(keep & (created | caused), reasons),
    )
    with transaction.atomic():
        answer.notes = _undo(batch, undo, created & undo, now=now, by=by)
        transaction.set_rollback(dry_run)
    if not dry_run:
        batch.rolled_back_at = now
        batch.save(update_fields=["rolled_back_at"])
        counts = {"removed": answer.removed, "restored": answer.restored, "kept": len(answer.kept)}
        record(
            action="subscribers.roll_back",
            subject_type="import_batch",
            subject_id=batch.pk,
            details={"counts": counts},
            at=now,
            by=by,
        )
    return answer


def _undo(
    batch: ImportBatch, causes: set[int], created: set[int], *, now: datetime, by: Actor
) -> list[str]:
    """Put back what these rows changed, and what had ended with the lines of others."""
    touched = batch.changes.filter(cause__in=causes).exclude(contract__in=created)
    before = standing(list(touched.values_list("contract", flat=True).distinct()))
    restore(batch_id=batch.pk, causes=causes)
    remove(contracts=created)
    forget(batch_id=batch.pk, causes=causes)
    today = local_date(now, ZoneInfo(batch.operator.timezone))
    return announce_undone(before, today=today, now=now, by=by)


def _check(batch: ImportBatch) -> None:
    if batch.dry_run:
        raise CannotRollBack(f"Batch {batch.pk} was a dry run: it changed nothing.")
    if batch.state not in (State.DONE, State.CANCELLED):
        raise CannotRollBack(
            f"Batch {batch.pk} is {batch.get_state_display()}: it changed nothing."
        )
    if batch.rolled_back_at is not None and not (
        Contract.objects.filter(imported_in=batch).exists() or batch.changes.exists()
    ):
        raise CannotRollBack(
            f"Batch {batch.pk} was rolled back on {batch.rolled_back_at:%Y-%m-%d %H:%M} UTC."
        )


def _groups(batch: ImportBatch) -> tuple[set[int], list[set[int]]]:
    """Contracts whose rows changed something, and the groups of contracts that share a change."""
    caused = set()
    group_of: dict[int, set[int]] = {}
    for cause, contract in batch.changes.values_list("cause", "contract").distinct():
        caused.add(cause)
        merged = group_of.get(cause, {cause}) | group_of.get(contract, {contract})
        for member in merged:
            group_of[member] = merged
    return caused, list({id(group): group for group in group_of.values()}.values())


def _reasons(batch: ImportBatch) -> dict[int, str]:
    """By contract, why its row cannot be undone."""
    reasons = _built_on(batch)
    reasons.update(_changed_later(batch))
    reasons.update(_number_gone(batch))
    return reasons


def _built_on(batch: ImportBatch) -> dict[int, str]:
    """New people that something points to: consents, care, devices, subscriptions, a log-in."""
    signs_in = Contract.objects.filter(imported_in=batch, patient__user__isnull=False)
    reasons = dict.fromkeys(signs_in.values_list("pk", flat=True), "The person has a log-in.")
    for target, path in ((Patient, "contracts"), (Contract, "")):
        for model, name in pointing_to(target):
            if getattr(model, "goes_with_the_person", False):
                continue
            way = f"{name}__{path}" if path else name
            found = model._base_manager.filter(**{f"{way}__imported_in": batch}).values_list(
                way, flat=True
            )
            words = f"The person has {model._meta.verbose_name_plural}."
            reasons.update(dict.fromkeys(found.distinct(), words))
    return reasons


def pointing_to(target: type[models.Model]) -> Iterable[tuple[type[models.Model], str]]:
    """Every model of any room with a foreign key to the target, and the key's name. What the row
    said before is kept when it goes, and nothing that was built on it."""
    for relation in target._meta.get_fields(include_hidden=True):
        if (
            isinstance(relation, models.ForeignObjectRel)
            and relation.related_model not in _OWN
            and not issubclass(relation.related_model, History)
        ):
            yield relation.related_model, relation.field.name


def _changed_later(batch: ImportBatch) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH mine AS (
                SELECT id AS contract FROM subscribers_contract WHERE imported_in_id = %(batch)s
                UNION SELECT contract FROM subscribers_importchange WHERE batch_id = %(batch)s
            )
            SELECT contract, min(later.batch_id)
            FROM mine JOIN subscribers_importchange later USING (contract)
            WHERE later.batch_id > %(batch)s GROUP BY contract
            """,
            {"batch": batch.pk},
        )
        return {
            contract: f"Batch {later} changed it since: roll that back first."
            for contract, later in cursor.fetchall()
        }


def _number_gone(batch: ImportBatch) -> dict[int, str]:
    """Contracts whose former number somebody else has by now, outside this batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.contract
            FROM subscribers_importchange c
            JOIN subscribers_line l ON l.number = c.before ->> 'number'
                AND l.id <> c.record_id AND l.period && (c.before ->> 'period')::daterange
            JOIN subscribers_contract holder ON holder.id = l.contract_id
            WHERE c.batch_id = %(batch)s AND c.record = 'line' AND c.before IS NOT NULL
                AND holder.imported_in_id IS DISTINCT FROM %(batch)s
                AND NOT EXISTS (
                    SELECT FROM subscribers_importchange opened
                    WHERE opened.batch_id = %(batch)s AND opened.record = 'line'
                        AND opened.record_id = l.id)
            """,
            {"batch": batch.pk},
        )
        return {
            contract: "Its former number belongs to another contract by now."
            for (contract,) in cursor.fetchall()
        }


def _kept(keep: set[int], reasons: dict[int, str]) -> list[Kept]:
    ids = dict(Contract.objects.filter(pk__in=keep).values_list("pk", "operator_subscriber_id"))
    shared = "It changed hands with a contract that cannot be undone."
    kept = [Kept(subscriber, reasons.get(pk, shared)) for pk, subscriber in ids.items()]
    return sorted(kept, key=lambda each: each.operator_subscriber_id)
