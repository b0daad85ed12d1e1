"""Each rule of the house catches what it is for, and the house keeps them all."""

import pytest

from tests.architecture.allowed import ALLOWED
from tests.architecture.rules import broken, findings, of_the_house

NOTHING: dict[str, dict[str, str]] = {rule: {} for rule in ALLOWED}

BAD = [
    ("base-manager", "Patient._base_manager.all()"),
    ("base-manager", "getattr(Patient, '_base_manager').all()"),
    ("raw-query", "Patient.objects.raw('SELECT * FROM patients_patient')"),
    ("raw-query", "Patient.objects.extra(where=['true'])"),
    ("raw-query", "Patient.objects.annotate(x=RawSQL('SELECT 1', []))"),
    ("raw-query", "with connection.cursor() as cursor: pass"),
    ("raw-query", "with connections['default'].cursor() as cursor: pass"),
    ("raw-query", "psycopg.connect('')"),
    ("delay", "build.delay(1)"),
    ("delay", "transaction.on_commit(partial(build.delay, 1))"),
    ("delay", "build.apply_async(args=[1])"),
    ("delay", "app.send_task('build', [1])"),
    ("delay", "getattr(build, 'delay')(1)"),
    ("assembled-sql", "cursor.execute(f'SELECT {name}')"),
    ("assembled-sql", "cursor.execute('SELECT %s' % name)"),
    ("assembled-sql", "cursor.execute('SELECT ' + name)"),
    ("assembled-sql", "cursor.execute('SELECT {}'.format(name))"),
    ("assembled-sql", "statement = f'SELECT {name}'\ncursor.execute(statement)"),
    ("assembled-sql", "ASKED = f'SELECT {name}'\ncursor.execute(ASKED)"),
    ("assembled-sql", "cursor.executemany(f'DELETE FROM {name}', rows)"),
    ("assembled-sql", "cursor.copy(f'COPY {name} FROM STDIN')"),
    ("assembled-sql", "sql = 'SELECT {}'\ncursor.execute(sql.format(name))"),
]
GOOD = [
    "Patient.objects.filter(pk=1)",
    "ring(build, 1)",
    "cursor.execute('SELECT %s', [name])",
    "ASKED = 'SELECT %s'\ncursor.execute(ASKED, [name])",
    "TABLE = 'x'\nASKED = f'SELECT FROM {TABLE}'\ncursor.execute(ASKED)",
    "cursor.execute(sql.SQL('SELECT {}').format(sql.Identifier(name)))",
]


@pytest.mark.parametrize(("rule", "source"), BAD)
def test_a_rule_catches(rule: str, source: str) -> None:
    assert rule in {f.rule for f in broken(findings(source, "x.py"), NOTHING)}


@pytest.mark.parametrize("source", GOOD)
def test_what_is_right_passes(source: str) -> None:
    assert broken(findings(source, "x.py"), NOTHING) == []


def test_a_finding_names_the_place_and_the_cure() -> None:
    source = "def wake():\n    build.delay(1)\n"
    (found,) = findings(source, "room/doing.py")
    assert str(found).startswith("room/doing.py:2 in wake: delay: .delay; call `ring(task, id)`")


def test_a_reason_excuses_its_own_place_only() -> None:
    source = "def wake():\n    build.delay(1)\ndef other():\n    build.delay(1)\n"
    excused = NOTHING | {"delay": {"x.py:wake": "because"}}
    assert [f.function for f in broken(findings(source, "x.py"), excused)] == ["other"]


def test_the_house_keeps_its_rules() -> None:
    assert [str(f) for f in broken(of_the_house(), ALLOWED)] == []


def test_no_reason_outlives_what_it_excuses() -> None:
    used = {(f.rule, place) for f in of_the_house() for place in (f.path, f"{f.path}:{f.function}")}
    stale = [
        f"{rule} {place}"
        for rule, places in ALLOWED.items()
        for place in places
        if (rule, place) not in used
    ]
    assert stale == []
