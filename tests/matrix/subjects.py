"""Own, foreign and absent: what a path parameter may name.

A new path parameter needs a line in `SUBJECT_OF`, a new kind a line in `world.build`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.matrix.principals import Principal

ABSENT = 10**9 + 7
ABSURD = 10**30

# path parameter -> kind of subject; a `Call` may name a narrower kind.
SUBJECT_OF = {
    "patient_id": "patients",
    "report_id": "reports",
    "alert_id": "alerts",
    "invoice_id": "invoices",
    "batch_id": "batches",
    "mapping_id": "mappings",
    "run_id": "runs",
    "wave_id": "waves",
    "session_id": "sessions",
    "pk": "passkeys",
    "panel_id": "panels",
    "notice_id": "notices",
    "watcher_id": "watchers",
    "holding_id": "holdings",
    "code": "providers",
    "resemblance_id": "resemblances",
    "merge_id": "merges",
    "token": "links",
}


@dataclass(frozen=True)
class Subject:
    """Something a path names.

    Attributes:
        owner: who reaches it: a person, `hospital/person`, `operator/person`, an operator or
            `support`;
            `principal/sign-in` is what only they themselves reach.
            Empty for what does not exist.
        person: whose data it is; empty where it is nobody's.
    """

    label: str
    id: int | str
    owner: str = ""
    person: str = ""

    def within(self, principal: Principal) -> bool:
        """Whether this principal may know that it exists."""
        return self.owner in principal.reach or self.owner == f"{principal.name}/sign-in"

    @property
    def exists(self) -> bool:
        return bool(self.owner)


NOTHING = Subject("absent", ABSENT)
TOO_LARGE = Subject("absurd", ABSURD)


def all_of(kind: Iterable[Subject]) -> list[Subject]:
    """Everything there is of a kind, and what there is not."""
    return [*kind, NOTHING, TOO_LARGE]
