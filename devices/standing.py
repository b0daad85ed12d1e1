"""Which stored readings count: those that nobody retracted.

Every question of readings goes through here. An anti-join over the partitions takes PostgreSQL
longer to plan than the question itself, so it is only made for people who ever had a reading
retracted; the others cost one look into a small index.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery

from devices.kinds.known import KINDS
from devices.models import ReadingRetraction

M = TypeVar("M", bound=Model)

# For SQL by hand; `{reading}` is the alias of the table of readings, whose kind `{kind}` is.
COUNTS = """
NOT EXISTS (SELECT FROM devices_readingretraction x
             WHERE x.patient_id = {reading}.patient_id AND x.kind = '{kind}'
               AND x.measured_at = {reading}.{time} AND x.device_id = {reading}.device_id
               AND x.device_reading_id = {reading}.device_reading_id AND x.restored_at IS NULL)
"""


def with_retractions(patient_ids: Iterable[int]) -> set[int]:
    """Those of these people of whom some reading does not count."""
    rows = ReadingRetraction.objects.order_by().filter(
        patient_id__in=list(patient_ids), restored_at=None
    )
    return set(rows.values_list("patient_id", flat=True).distinct())


def all_count(patient_id: int) -> bool:
    """Whether nobody said anything against any of this person's readings."""
    return not with_retractions([patient_id])


def counting_of(
    readings: QuerySet[M], kind: str, *, patient_id: int, known: bool | None = None
) -> QuerySet[M]:
    """Those of one person's readings of one kind that count. `known`: what `all_count` said of
    them, from who asks about several kinds."""
    plain = all_count(patient_id) if known is None else known
    return readings if plain else counting(readings, kind)


def counting(readings: QuerySet[M], kind: str) -> QuerySet[M]:
    """Those of these readings of one kind that count."""
    return readings.filter(~Exists(_retractions(kind)))


def marked(readings: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """All of these readings; `retracted` is the cause of those that no longer count, or None."""
    rows: QuerySet[Any] = readings.annotate(
        retracted=Subquery(_retractions(kind).values("cause")[:1])
    )
    return rows


def _retractions(kind: str) -> QuerySet[ReadingRetraction]:
    return ReadingRetraction.objects.order_by().filter(
        patient_id=OuterRef("patient_id"),
        kind=kind,
        measured_at=OuterRef(KINDS[kind].table.time),
        device_id=OuterRef("device_id"),
        device_reading_id=OuterRef("device_reading_id"),
        restored_at=None,
    )
