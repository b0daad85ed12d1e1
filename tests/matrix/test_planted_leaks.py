"""The matrix finds what it is there to find: each leak planted in `planted.py`, and no other."""

import pytest

from tests.matrix.expectations import ENTRIES
from tests.matrix.planted import ENTRIES as PLANTED
from tests.matrix.routes import routes
from tests.matrix.walking import wrong, wrong_otherwise
from tests.matrix.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.matrix.planted")]


def found(world: World, name: str) -> list[str]:
    route = routes()[name]
    entry = PLANTED[name]
    return wrong(world, route, "GET", entry.calls["GET"]) + wrong_otherwise(world, route, entry)


def test_an_honest_page_passes(world: World) -> None:
    assert found(world, "honest") == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("unscoped", "as alice on ume (page): leaks health of ume"),
        ("unscoped", "as charlie on hanako (page): answers 200, not 404"),
        ("unnoted", "as alice on hanako (page): leaves the access events [], not ['hanako"),
        ("telling", "as alice on absent (page): differs from GET telling as alice on taro"),
        ("addressed", "as bob on goro (page): has identity of goro in its headers"),
        ("careless", "answers 200 to a method it does not have"),
        ("undoored", "as anonymous on hanako (page): answers 200, not 401"),
        ("undoored", "as eve on hanako (page): answers 200, not 403"),
    ],
)
def test_a_planted_leak_is_found(world: World, name: str, sentence: str) -> None:
    assert [line for line in found(world, name) if sentence in line]


def test_a_route_without_an_entry_is_found() -> None:
    assert set(PLANTED) <= set(routes()) - set(ENTRIES)
