"""Imports against a plain model: the rules of docs/formats/subscribers.md, said once more, naively.

Few contract ids, days and numbers, so that everything meets everything: recycled and changed
numbers, ids given out again, swaps, chains, ties, repeated rows, several files one after another.
"""

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope
from healthcare.subscribers import importing
from healthcare.subscribers.models import Contract, ImportBatch, Line, Operator
from tests.unit.healthcare.subscribers.conftest import NOW, TODAY, outcomes

Key = tuple[str, date]
Row = tuple[str, date, str, str]  # contract id, activated on, number, tariff

DAYS = (date(2019, 4, 1), date(2021, 4, 1), date(2024, 4, 1), TODAY)
NUMBERS = tuple(f"+8190111100{n:02}" for n in range(1, 5))
row_of_file = st.tuples(
    st.sampled_from(("S1", "S2", "S3", "S4")),
    st.sampled_from(DAYS),
    st.sampled_from(NUMBERS),
    st.sampled_from(("a", "a", "a", "b")),
)
files = st.lists(st.lists(row_of_file, min_size=1, max_size=7), min_size=1, max_size=3)


@dataclass
class Held:
    """What the model keeps of one contract: its lines as [number, first day, end or None]."""

    tariff: str
    ended: date | None = None
    lines: list[list] = field(default_factory=list)


@dataclass
class Model:
    """All contracts, and a list of outcomes for each file."""

    contracts: dict[Key, Held] = field(default_factory=dict)

    def take_in(self, rows: list[Row], today: date) -> list[str]:
        answer: list[str | None] = [None] * len(rows)
        variants: dict[Key, set[Row]] = {}
        for place, row in enumerate(rows):
            seen = variants.setdefault(row[:2], set())
            answer[place] = "duplicate" if row in seen else None
            seen.add(row)
        for place, row in enumerate(rows):
            if answer[place] is None and len(variants[row[:2]]) > 1:
                answer[place] = "held"
        going = {place: row for place, row in enumerate(rows) if answer[place] is None}
        for place in self._settle(going, today):
            answer[place] = "held"
        for place, row in going.items():
            if answer[place] is None:
                answer[place] = self._outcome(row)
        self.fresh.clear()
        self.moved.clear()
        return [each or "" for each in answer]

    fresh: set[Key] = field(default_factory=set)
    moved: set[Key] = field(default_factory=set)

    def _outcome(self, row: Row) -> str:
        contract = self.contracts[row[:2]]
        changed = contract.tariff != row[3] or row[:2] in self.moved
        contract.tariff = row[3]
        if row[:2] in self.fresh:
            return "created"
        return "updated" if changed else "unchanged"

    def _settle(self, going: dict[int, Row], today: date) -> set[int]:
        """Give numbers until nothing more can be given; the rest is held."""
        new = {p: r for p, r in going.items() if r[:2] not in self.contracts}
        moves = {
            p: r for p, r in going.items() if r[:2] in self.contracts and self._last(r[:2]) != r[2]
        }
        rivals = Counter((r[2], r[1]) for r in new.values())
        rivals.update((r[2], None) for r in moves.values())
        held = {
            p for p, r in new.items()
            if rivals[r[2], r[1]] > 1 or any(m[2] == r[2] and m[1] > r[1] for m in moves.values())
        }  # fmt: skip
        for p, r in moves.items():
            ids = [k for k in (*self.contracts, *(n[:2] for n in new.values())) if k[0] == r[0]]
            if rivals[r[2], None] > 1 or any(day > r[1] for _, day in ids):
                held.add(p)
        pending = sorted(
            (p for p in (*new, *moves) if p not in held),
            key=lambda p: (p in moves, going[p][1], going[p][0]),
        )
        while True:
            for p in pending:
                give = self._move if p in moves else self._create
                if give(going[p], today):
                    pending.remove(p)
                    break
            else:
                return held | set(pending)

    def _last(self, key: Key) -> str | None:
        every = self.contracts[key].lines
        return max(every, key=lambda line: line[1])[0] if every else None

    def _holder(self, number: str) -> tuple[Key, list] | None:
        found = [(k, x) for k, c in self.contracts.items() for x in c.lines if x[0] == number]
        return max(found, key=lambda each: each[1][1], default=None)

    def _create(self, row: Row, today: date) -> bool:
        subscriber, start, number, tariff = row
        same_id = [k for k in self.contracts if k[0] == subscriber]
        former = max(same_id, key=lambda k: k[1], default=None)
        if former and former[1] > start:
            return False
        own = [x for x in self.contracts[former].lines if x[2] is None] if former else []
        if own and own[0][1] >= start:
            return False
        begins = start
        if holder := self._holder(number):
            key, line = holder
            older = key[1] < start and line[1] < start
            if line[2] is None and not older:
                return False
            if older and (line[2] is None or line[2] > start):
                if line[2] in (None, self.contracts[key].ended):
                    self._end(key, start)
                line[2] = start
            else:
                begins = max(begins, line[2])
        if former:
            self._end(former, start)
        self.contracts[subscriber, start] = Held(tariff, lines=[[number, begins, None]])
        self.fresh.add((subscriber, start))
        return True

    def _move(self, row: Row, today: date) -> bool:
        key, number = row[:2], row[2]
        if holder := self._holder(number):
            other, line = holder
            if line[2] is None:
                if other[1] >= key[1]:
                    return False
                self._end(other, today)
        contract = self.contracts[key]
        self._cut(contract, today)
        contract.ended = None
        contract.lines.append([number, today, None])
        self.moved.add(key)
        return True

    def _end(self, key: Key, day: date) -> None:
        contract = self.contracts[key]
        self._cut(contract, day)
        contract.ended = min(contract.ended or day, day)

    def _cut(self, contract: Held, day: date) -> None:
        for line in contract.lines:
            if line[2] is None:
                line[2] = day
        contract.lines = [line for line in contract.lines if line[1] < line[2]]

    def snapshot(self) -> object:
        return {
            (key, c.tariff, c.ended, tuple(sorted((n, s, e or date.max) for n, s, e in c.lines)))
            for key, c in self.contracts.items()
        }


def database() -> object:
    """The database in the shape of the model."""
    spans: dict[int, list[tuple[str, date, date]]] = {}
    for line in Line.objects.all():
        spans.setdefault(line.contract_id, []).append(
            (line.number, line.period.lower, line.period.upper or date.max)
        )
    return {
        (
            (c.operator_subscriber_id, c.activated_on),
            c.tariff,
            c.ended_on,
            tuple(sorted(spans.get(c.pk, []))),
        )
        for c in Contract.objects.all()
    }


def take_in(path: Path, rows: list[Row], day: int = 0) -> ImportBatch:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["operator_subscriber_id", "activated_on", "msisdn", "tariff"])
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")
    return importing.run(
        path=path,
        operator=Operator.objects.get(code="demo"),
        now=NOW + timedelta(days=day),
        by=command("tests"),
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model") / "file.csv"


FREELY = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FREELY
@given(files)
def test_imports_do_what_the_model_does(system: Scope, path: Path, given: list[list[Row]]) -> None:
    model = Model()
    with transaction.atomic():
        for day, rows in enumerate(given):
            expected = Counter(model.take_in(rows, TODAY + timedelta(days=day)))
            assert outcomes(take_in(path, rows, day)) == dict(expected)
            assert database() == model.snapshot()
        transaction.set_rollback(True)


# A new contract wants the number that an older one gives up and a third changes to.
OVERTAKEN = [
    [("S1", DAYS[1], NUMBERS[0], "a"), ("S3", DAYS[2], NUMBERS[2], "a")],
    [
        ("S1", DAYS[1], NUMBERS[2], "a"),
        ("S2", DAYS[0], NUMBERS[2], "a"),
        ("S3", DAYS[2], NUMBERS[0], "a"),
    ],
]


@FREELY
@example(OVERTAKEN, random.Random(0), 0)
@given(files, st.randoms(use_true_random=False), st.integers(min_value=0, max_value=40))
def test_the_order_of_rows_and_a_second_time_change_nothing(
    system: Scope, path: Path, given: list[list[Row]], chance: random.Random, later: int
) -> None:
    with transaction.atomic():
        for day, rows in enumerate(given[:-1]):
            take_in(path, rows, day)
        last, day = given[-1], len(given) - 1
        with transaction.atomic():
            shuffled = chance.sample(last, len(last))
            other_way = outcomes(take_in(path, shuffled, day)), database()
            transaction.set_rollback(True)
        first = outcomes(take_in(path, last, day))
        after = database()
        assert (first, after) == other_way
        again = outcomes(take_in(path, last, day + later))
        assert database() == after
        for outcome in ("held", "duplicate"):
            assert again.get(outcome) == first.get(outcome)
        assert set(again) <= {"held", "duplicate", "unchanged"}
        transaction.set_rollback(True)
