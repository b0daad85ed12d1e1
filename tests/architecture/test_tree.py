"""The house checks itself: foreign keys point down, files are readable, no drawers, no knots."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("healthcare", "devices", "packages", "reports", "portal")
# Lowest first; a foreign key goes from a later floor to the same or an earlier one.
FLOORS = [
    {"contenttypes", "auth", "sessions"},
    {"audit"},
    {"hospitals"},
    {"accounts"},
    {"account", "mfa"},  # allauth's, beside our people who sign in
    {"patients"},
    {"subscribers"},
    {"inviting", "persons"},
    {"devices", "packages"},
    {"reports"},
    {"portal"},
]
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "core", "tools", "stuff"}
LINES = 320
FUNCTION_LINES = 60


def floor_of(label: str) -> int:
    return next(number for number, labels in enumerate(FLOORS) if label in labels)


def sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_foreign_keys_point_down() -> None:
    wrong = []
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue  # no table, so no foreign key: what a library makes of others' tables
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and field.related_model
            if not target or not getattr(field, "concrete", False):
                continue
            here, there = model._meta.app_label, target._meta.app_label
            same_floor_other_room = here != there and floor_of(here) == floor_of(there)
            if floor_of(there) > floor_of(here) or (same_floor_other_room and floor_of(here) > 0):
                wrong.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert wrong == []


def test_there_are_no_drawers() -> None:
    assert [named(p) for p in sources() if p.stem in DRAWERS or p.parent.name in DRAWERS] == []


def test_files_are_read_in_one_sitting() -> None:
    assert [(named(p), n) for p in sources() if (n := p.read_text().count("\n")) > LINES] == []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_fit_a_screen() -> None:
    long = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in sources()
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def test_imports_stand_at_the_top() -> None:
    hidden = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in sources()
        if path.name != "apps.py"  # AppConfig.ready is where Django wants them
        for node in functions(path)
        if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    ]
    assert hidden == []


def test_only_few_may_act_for_everybody() -> None:
    """`Scope.system` belongs to commands, tasks and the doors of background work."""
    allowed = (
        "management/commands/",
        "tasks.py",
        "scope.py",
        "healthcare/patients/breaking_glass.py",  # one person, by exact identifiers
        "healthcare/patients/watching_along.py",  # a code, whose holder is nobody yet
        "devices/claiming.py",  # the code of a box, whose holder is nobody to the device yet
        "devices/desk.py",  # devices of an operator's subscribers, without a person
        "devices/disowning.py",  # from a holder to whose it is, whom the holder must not learn
        "devices/reviewing.py",  # decisions are written, after the scope of who decides was asked
        "devices/whose.py",  # items of nobody's, on a device that the member holds
        "healthcare/persons/reviewing.py",  # two people, after the scope of who decides was asked
        "healthcare/inviting/answering.py",  # a link, whose holder is nobody yet
        "healthcare/inviting/files.py",  # background: names of files
        "healthcare/inviting/opting_out.py",  # one person, by a contract of the staff's operator
        "healthcare/inviting/sending.py",  # background: messages leave
        "healthcare/subscribers/line_door.py",  # one account or person, before anybody is signed in
        "healthcare/subscribers/api/views.py",  # undoing a batch of an operator
        "packages/billing/running.py",
        "packages/charging.py",
        "reports/building.py",
        "reports/monitoring/refreshing.py",
    )
    users = [named(p) for p in sources() if "Scope.system(" in p.read_text()]
    assert [u for u in users if not any(place in u for place in allowed)] == []


def test_only_the_ways_of_readings_open_the_role_of_ingest() -> None:
    """And nobody names a role or a partition by hand."""
    openers = {named(p) for p in sources() if "Scope.ingest(" in p.read_text()}
    assert openers - {"healthcare/hospitals/scope.py"} <= {
        "devices/receiving.py",
        "devices/together.py",
        "devices/authenticating.py",
        "devices/ingest.py",  # in its text: where to call it
        "devices/ingesting/storing.py",  # likewise
        "devices/redriving.py",
        "devices/mqtt/dead_letters.py",
        "devices/reviewing.py",  # what somebody said whose it is
        "devices/stored_rows.py",  # what is stored in place of a retracted reading
    }
    roles = ("mimamori_ingest", "mimamori_batch", "SET ROLE", "SET LOCAL ROLE")
    by_hand = [named(p) for p in sources() if any(role in p.read_text() for role in roles)]
    assert [p for p in by_hand if not p.startswith("healthcare/walls/")] == [
        "healthcare/runtime/backend/base.py"
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_every_package_folder_is_a_package(room: str) -> None:
    missing = {
        named(path.parent)
        for path in (ROOT / room).rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    }
    assert missing == set()


def test_tests_that_commit_put_the_migrations_rows_back() -> None:
    """A test that flushes the database takes the demo operator and the catalogue with it."""
    marked = re.compile(r"django_db\([^)]*transaction=True[^)]*\)")
    forgotten = [
        named(path)
        for path in (ROOT / "tests").rglob("*.py")
        for call in marked.findall(path.read_text())
        if "serialized_rollback=True" not in call
    ]
    assert forgotten == []
