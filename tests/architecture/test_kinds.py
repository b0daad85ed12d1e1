"""A kind of device is one folder, one line and one migration: no other file of `devices` names it,
and none of `reports` but those that say what it means."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What names each of the kinds that were added to a finished house.
WORDS = {
    "weight": re.compile(r"weigh|kilogram|body_fat", re.IGNORECASE),
    "oximetry": re.compile(r"oximet|spo2|saturation|oxygen", re.IGNORECASE),
}
# Where something else is meant, with its reason.
OTHERWISE = {
    "reports/pdf/fonts.py": "how bold a font is",
    "reports/charts/ink.py": "how bold a font is",
    "reports/charts/svg.py": "how bold a font is",
    "devices/reading_tables.py": "the example in its text",
}
# Where a kind is given a meaning beyond a number: the section, its chart, and its words.
MEANING = (
    re.compile(r"reports/analysis/(sections|{kind}|desaturation)\.py"),
    re.compile(r"reports/charts/(words|{kind})\.py"),
)


def naming(kind: str) -> set[str]:
    """The files of both rooms that name a kind, by their paths."""
    found = set()
    for room in ("devices", "reports"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            # A migration names the one before it.
            text = re.sub(r"dependencies = .*", "", path.read_text())
            if name not in OTHERWISE and WORDS[kind].search(text):
                found.add(name)
    return found


@pytest.mark.parametrize("kind", WORDS)
def test_a_kind_is_named_in_its_own_places_only(kind: str) -> None:
    found = naming(kind)
    own = {name for name in found if name.startswith(f"devices/kinds/{kind}/")}
    assert f"devices/kinds/{kind}/kind.py" in own
    migrations = {n for n in found if re.fullmatch(rf"devices/migrations/\d+_{kind}\.py", n)}
    assert len(migrations) == 1
    rest = found - own - migrations - {"devices/kinds/known.py"}
    meaning = [re.compile(p.pattern.replace("{kind}", kind)) for p in MEANING]
    assert {name for name in rest if not any(p.fullmatch(name) for p in meaning)} == set()


@pytest.mark.parametrize("kind", WORDS)
def test_it_is_two_words_in_the_list_of_kinds(kind: str) -> None:
    """One import and one place in the tuple."""
    lines = (ROOT / "devices" / "kinds" / "known.py").read_text().splitlines()
    naming_it = [line for line in lines if kind in line or re.search(rf"\b{kind.upper()}\b", line)]
    assert len(naming_it) == 2


@pytest.mark.parametrize("kind", WORDS)
def test_its_migration_is_short(kind: str) -> None:
    (path,) = (ROOT / "devices" / "migrations").glob(f"*_{kind}.py")
    assert path.read_text().count("\n") < 40


def test_every_excuse_is_needed() -> None:
    for name in OTHERWISE:
        text = (ROOT / name).read_text()
        assert any(pattern.search(text) for pattern in WORDS.values()), name
