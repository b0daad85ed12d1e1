"""Every route x method x principal x subject x format answers what the table says."""

from dataclasses import replace

import pytest

from healthcare.accounts import middleware
from tests.matrix.expectations import ENTRIES
from tests.matrix.routes import routes
from tests.matrix.walking import wrong, wrong_otherwise
from tests.matrix.world import World

pytestmark = pytest.mark.django_db

CALLS = [(name, method) for name, entry in ENTRIES.items() for method in entry.calls]


def said(found: list[str]) -> str:
    """The first of them, one a line."""
    return "\n".join([f"{len(found)} are wrong:", *found[:25]])


@pytest.mark.parametrize(("name", "method"), CALLS)
def test_it_answers_what_the_table_says(world: World, name: str, method: str) -> None:
    found = wrong(world, routes()[name], method, ENTRIES[name].calls[method])  # type: ignore[index]
    assert not found, said(found)


@pytest.mark.parametrize("name", ENTRIES)
def test_it_answers_nothing_to_other_methods(world: World, name: str) -> None:
    found = wrong_otherwise(world, routes()[name], ENTRIES[name])
    assert not found, said(found)


@pytest.mark.parametrize("name", ["portal:clinic:worklist", "patient-summary"])
def test_a_server_that_lets_half_a_sign_in_pass_is_found(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "MUST_HAVE_SECOND_FACTOR", frozenset())
    call = replace(ENTRIES[name].calls["GET"], asked_as=("fumi",))
    assert any("as fumi" in line for line in wrong(world, routes()[name], "GET", call))
