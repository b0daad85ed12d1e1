"""Actions that look for records of one person: after an import, and among everybody.

Call them in a system scope. A chunk is one transaction; a search that is lost goes on where it
was, and the same again finds nothing new, because a pair is kept once.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.patients.models import Patient
from healthcare.persons.candidates import pairs_with
from healthcare.persons.comparing.known import Known
from healthcare.persons.comparing.weighing import Band, Comparison, compare
from healthcare.persons.models import Resemblance, Search
from healthcare.subscribers.models import Contract, ImportBatch, Line, State

# So many people are compared in one transaction: a second or two.
CHUNK = 2_000
_FIELDS = (
    "family_name",
    "given_name",
    "family_name_kana",
    "given_name_kana",
    "birth_date",
    "sex",
    "postcode",
)


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs that were compared, and those of them that a person has to look at."""

    compared: int = 0
    found: int = 0

    def __add__(self, other: "Found") -> "Found":
        return Found(self.compared + other.compared, self.found + other.found)


@transaction.atomic
def look_for(*, patient_ids: Collection[int], now: datetime) -> Found:
    """Compare these people with everybody who came by another route, and keep the pairs."""
    pairs = pairs_with(patient_ids)
    known = _known({person for pair in pairs for person in pair})
    rows = []
    for earlier, later in pairs:
        said = compare(known[earlier], known[later])
        if said.band is not Band.DIFFERENT:
            rows.append(_row(earlier, later, said, now))
    Resemblance.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    return Found(len(pairs), len(rows))


def unsearched() -> list[int]:
    """Ids of the batches that are over and whose people were not all compared."""
    finished = Search.objects.filter(batch=OuterRef("pk"), finished_at__isnull=False)
    over = ImportBatch.objects.filter(state__in=(State.DONE, State.CANCELLED), dry_run=False)
    return list(over.exclude(Exists(finished)).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def step(*, batch_id: int, now: datetime, by: Actor) -> bool:
    """Compare the next people of a batch. False when there is no more to do here."""
    Search.objects.get_or_create(batch_id=batch_id)
    # Who is at it already goes on alone.
    search = (
        Search.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(batch_id=batch_id, finished_at=None)
        .first()
    )
    if search is None:
        return False
    contracts = list(
        Contract.objects.filter(imported_in_id=batch_id, pk__gt=search.reached)
        .order_by("pk")
        .values_list("pk", "patient_id")[:CHUNK]
    )
    found = look_for(patient_ids={person for _, person in contracts}, now=now)
    search.reached = contracts[-1][0] if contracts else search.reached
    search.compared = F("compared") + found.compared
    search.found = F("found") + found.found
    if len(contracts) == CHUNK:
        search.save()
        return True
    search.finished_at = now
    search.save()
    search.refresh_from_db()
    counts = {"compared": search.compared, "found": search.found}
    record(
        action="persons.searched",
        subject_type="import_batch",
        subject_id=batch_id,
        details={"counts": counts},
        at=now,
        by=by,
    )
    return False


def look_among(*, after: int, now: datetime) -> tuple[int, Found]:
    """Compare the next people of all whose id is greater than `after`. Gives the last id, `after`
    itself when nobody is left."""
    people = list(
        Patient.objects.filter(pk__gt=after, replaced_by=None)
        .order_by("pk")
        .values_list("pk", flat=True)[:CHUNK]
    )
    found = look_for(patient_ids=people, now=now)
    return (people[-1] if people else after), found


def _known(people: Collection[int]) -> dict[int, Known]:
    numbers: dict[int, set[str]] = defaultdict(set)
    lines = Line.objects.filter(contract__patient_id__in=people)
    for person, number in lines.values_list("contract__patient_id", "number"):
        numbers[person].add(number)
    return {
        person.pk: Known(
            **{name: getattr(person, name) for name in _FIELDS},
            numbers=frozenset(numbers[person.pk]),
        )
        for person in Patient.objects.filter(pk__in=people).only(*_FIELDS)
    }


def _row(earlier: int, later: int, said: Comparison, now: datetime) -> Resemblance:
    return Resemblance(
        earlier_id=earlier,
        later_id=later,
        score=said.score,
        band=said.band.value,
        explanation=[asdict(step) for step in said.steps],
        found_at=now,
    )
