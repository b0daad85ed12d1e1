"""How well persons who came by two routes are found, and how fast; the truth is known.

    python -m benchmarks matching                        # with the other benchmarks
    python -m benchmarks.matching [--people N] [--seed S] [--share X]
    python -m benchmarks.matching --estimate             # m and u, counted in these people
    python -m benchmarks.matching --write FOLDER         # the lists as CSV, for another program

Precision and recall are over pairs (row of the first list, row of the second). The rule of the
import is the one of `healthcare.subscribers.loading.matching`: same name or same reading, and the
same birth date.
"""

import argparse
import csv
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from benchmarks._two_routes import Country, Row, TwoRoutes
from healthcare.persons.comparing.agreeing import Field, Level, levels
from healthcare.persons.comparing.blocking import keys
from healthcare.persons.comparing.known import Known, spoken, written
from healthcare.persons.comparing.weighing import CHANCES, Band, compare

PEOPLE, SEED, SHARE = 60_000, 1, 0.5
RANDOM_PAIRS = 1_000_000


@dataclass(slots=True)
class Counts:
    """Pairs that a rule calls the same, how many of them are, and how many there are."""

    found: int = 0
    right: int = 0
    there: int = 0

    def said(self) -> dict[str, float]:
        """Precision and recall, of 1."""
        return {
            "pairs": self.found,
            "right": self.right,
            "precision": round(self.right / self.found, 4) if self.found else 0.0,
            "recall": round(self.right / self.there, 4) if self.there else 0.0,
        }


def people(number: int, seed: int, share: float) -> TwoRoutes:
    """The two lists."""
    country = Country(seed)
    country.settle(number)
    return country.lists(share=share)


def candidates(routes: TwoRoutes) -> set[tuple[int, int]]:
    """Places in the two lists of the rows that share a key."""
    by_key: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(routes.first):
        for key in keys(row.known):
            by_key[key].append(place)
    return {
        (first, second)
        for second, row in enumerate(routes.second)
        for key in keys(row.known)
        for first in by_key.get(key, ())
    }


def exactly_alike(one: Known, other: Known) -> bool:
    """The import's rule."""
    if one.birth_date is None or one.birth_date != other.birth_date:
        return False
    written = (one.family_name, one.given_name) == (other.family_name, other.given_name)
    read = (one.family_name_kana, one.given_name_kana) == (
        other.family_name_kana,
        other.given_name_kana,
    )
    return (written and bool(one.family_name and one.given_name)) or (
        read and bool(one.family_name_kana and one.given_name_kana)
    )


def measure(routes: TwoRoutes) -> dict[str, Any]:
    """Precision and recall of the import's rule and of the bands; who is wrongly taken for whom."""
    first_rows = {row.person for row in routes.first}
    there = [row for row in routes.second if row.person in first_rows]
    rules = {name: Counts(there=len(there)) for name in ("import rule", "same", "same or review")}
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    began = time.perf_counter()
    pairs = candidates(routes)
    blocked = time.perf_counter()
    for first, second in pairs:
        one, other = routes.first[first], routes.second[second]
        band = compare(one.known, other.known).band
        true = one.person == other.person
        said = {
            "import rule": exactly_alike(one.known, other.known),
            "same": band is Band.SAME,
            "same or review": band is not Band.DIFFERENT,
        }
        for name, counts in rules.items():
            counts.found += said[name]
            counts.right += said[name] and true
        for kind in _kinds(one, other, routes):
            kinds[kind][band.value] += 1
            kinds[kind]["import rule"] += said["import rule"]
    seconds = time.perf_counter() - blocked
    return {
        "rows": [len(routes.first), len(routes.second)],
        "true_pairs": len(there),
        "candidates": len(pairs),
        "of_the_true_pairs": round(
            sum(routes.first[a].person == routes.second[b].person for a, b in pairs) / len(there), 4
        ),
        "rules": {name: counts.said() for name, counts in rules.items()},
        "kinds": {name: dict(counted) for name, counted in sorted(kinds.items())},
        "microseconds_a_pair": round(seconds / len(pairs) * 1e6, 1),
        "blocking_seconds": round(blocked - began, 2),
    }


def _kinds(one: Row, other: Row, routes: TwoRoutes) -> Iterator[str]:
    """The hard cases a pair belongs to."""
    true, a, b = one.person == other.person, one.known, other.known
    written = bool(a.family_name and b.family_name) and a.family_name != b.family_name
    family = (a.given_name, a.postcode) == (b.given_name, b.postcode)
    cases = {
        "one person, new family name": true and other.married,
        "one person, other shape of the name": true and written and not other.married,
        "one person, birth dates differ": true and a.birth_date != b.birth_date,
        "two twins": not true
        and {one.person, other.person} <= routes.twins
        and abs(one.person - other.person) == 1,
        "two persons, one number": not true and bool(a.numbers & b.numbers),
        "father and son of one name": not true
        and family
        and bool({one.person, other.person} & routes.namesakes),
    }
    return (name for name, applies in cases.items() if applies)


def estimate(routes: TwoRoutes, seed: int) -> dict[str, dict[str, tuple[float, float]]]:
    """(m, u) by field and level: in the true pairs, and in pairs drawn at random."""
    chance = random.Random(seed)
    by_person = {row.person: row for row in routes.first}
    true = [
        levels(by_person[row.person].known, row.known)
        for row in routes.second
        if row.person in by_person
    ]
    drawn = (
        (chance.choice(routes.first), chance.choice(routes.second)) for _ in range(RANDOM_PAIRS)
    )
    other = [levels(a.known, b.known) for a, b in drawn if a.person != b.person]
    said: dict[str, dict[str, tuple[float, float]]] = {}
    for field in CHANCES:
        m, u = _shares(true, field), _shares(other, field)
        said[field.value] = {
            level.value: (round(m[level], 5), round(u[level], 6)) for level in CHANCES[field]
        }
    return said


def _shares(found: list[dict[Field, Level]], field: Field) -> dict[Level, float]:
    counted = Counter(levels_of[field] for levels_of in found)
    known = sum(n for level, n in counted.items() if level != Level.UNKNOWN)
    return {level: counted[level] / known for level in Level}


def write(routes: TwoRoutes, folder: Path) -> None:
    """`first.csv` and `second.csv`, with `person`, who it truly is; `*_forms.csv` with the names in
    the forms that are compared."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f.name for f in fields(Known)]
    for name, rows in (("first", routes.first), ("second", routes.second)):
        with (
            (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file,
            (folder / f"{name}_forms.csv").open("w", newline="", encoding="utf-8") as forms,
        ):
            out, formed = csv.writer(file), csv.writer(forms)
            out.writerow(["unique_id", "person", *names])
            formed.writerow(names[:4])
            for place, row in enumerate(rows):
                known = row.known
                values = [getattr(known, n) for n in names[:-1]]
                numbers = " ".join(sorted(known.numbers))
                out.writerow([place, row.person, *(v or "" for v in values), numbers])
                formed.writerow(
                    [
                        written(known.family_name),
                        written(known.given_name),
                        spoken(known.family_name_kana),
                        spoken(known.given_name_kana),
                    ]
                )


def main() -> dict[str, Any]:
    """As one of the benchmarks: the usual people, printed as a table."""
    found = measure(people(PEOPLE, SEED, SHARE))
    _print(found)
    return found


def _print(found: dict[str, Any]) -> None:
    out = sys.stdout.write
    out(f"{found['rows']} rows, {found['true_pairs']} persons in both, {found['candidates']}")
    out(f" pairs compared, {found['of_the_true_pairs']:.2%} of the true ones among them\n")
    for name, said in found["rules"].items():
        out(f"  {name:16} precision {said['precision']:.4f}  recall {said['recall']:.4f}")
        out(f"  ({said['pairs']} pairs)\n")
    for name, counted in found["kinds"].items():
        out(f"  {name:36} {json.dumps(counted)}\n")
    out(f"  {found['microseconds_a_pair']} us a pair\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--share", type=float, default=SHARE)
    parser.add_argument("--estimate", action="store_true")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    drawn = people(asked.people, asked.seed, asked.share)
    if asked.write:
        write(drawn, asked.write)
    elif asked.estimate:
        for field_name, chances in estimate(drawn, asked.seed).items():
            sys.stdout.write(f"{field_name}: {chances}\n")
    else:
        _print(measure(drawn))
