"""The table says something of every route, and of nothing that is not there."""

import pytest

from healthcare.accounts.models import Role
from tests.matrix.expectations import ENTRIES
from tests.matrix.principals import PRINCIPALS
from tests.matrix.routes import operations, routes
from tests.matrix.subjects import SUBJECT_OF
from tests.matrix.world import World

pytestmark = pytest.mark.django_db

API = "/api/v1/"


def test_every_route_has_an_entry() -> None:
    missing = {name: route.path for name, route in routes().items() if name not in ENTRIES}
    assert missing == {}, "say in tests/matrix/expectations who may what there"


def test_every_entry_has_a_route() -> None:
    assert set(ENTRIES) - set(routes()) == set()


def test_openapi_describes_the_methods_of_the_table() -> None:
    there = routes()
    declared = {
        (method, there[entry.name].path)
        for entry in ENTRIES.values()
        if there[entry.name].path.startswith(API)
        for method in entry.calls
    }
    assert declared == operations()


def test_every_call_has_a_verdict_for_every_principal() -> None:
    wrong = [
        f"{entry.name} {method}"
        for entry in ENTRIES.values()
        for method, call in entry.calls.items()
        if set(call.gets) != set(PRINCIPALS)
    ]
    assert wrong == []


def test_every_parameter_has_subjects() -> None:
    unknown = {
        f"{route.path}: {parameter}"
        for route in routes().values()
        for parameter in route.parameters
        if parameter not in SUBJECT_OF
    }
    assert unknown == set(), "say in tests/matrix/subjects.py what it names"


def test_every_role_is_a_principal(world: World) -> None:
    assert {user.role for user in world.users.values()} == set(Role.values)


# Foreign to all: no record is open in an emergency and no lead has been told of anything; what
# whoever opened one may do is proved in tests/unit/portal/test_access.py.
# A link of an invitation is whose it is: tests/unit/portal/test_invited.py opens some.
NOBODYS = ("opened", "notices", "providers to sign in at", "links")


def test_every_kind_of_subject_is_own_to_somebody_and_foreign_to_somebody(world: World) -> None:
    for kind, subjects in world.subjects.items():
        if kind in NOBODYS:
            continue
        owners = {p.name for p in PRINCIPALS.values() for s in subjects if s.within(p)}
        assert owners, kind
        assert owners != set(PRINCIPALS), kind
