"""Whatever leaves as a file takes a fresh proof, or is named here with the reason why not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from healthcare.accounts.models import Session
from tests.matrix.asking import Answer, Question, ask
from tests.matrix.expectations import ENTRIES
from tests.matrix.principals import PRINCIPALS
from tests.matrix.routes import routes
from tests.matrix.walking import by_session
from tests.matrix.world import World

pytestmark = pytest.mark.django_db

EXPORTS = {"portal:operator:rejects", "portal:operator:charges", "import-rejects"}
# One person in one's care, noted and counted against the day's budget: docs/signing-in.md.
READ_IN_CARE = {"portal:clinic:report"}
# Nobody's data: an empty file to fill in.
EMPTY = {"portal:operator:mapping-template", "mapping-template"}
EMPTY |= {"portal:operator:template", "import-template"}
# Numbers of lines with what became of each; nothing of anybody.
LINES = {"portal:operator:outcomes", "import-outcomes"}


@pytest.fixture(scope="module")
def files(world: World) -> dict[str, Question]:
    """What is given out as a file, each asked for by one who may have it."""
    there = routes()
    questions = [
        by_session(world, there[entry.name], method, call)
        for entry in ENTRIES.values()
        for method, call in entry.calls.items()
    ]
    return {q.route.name: q for q in questions if q and _is_file(ask(world, q))}


def _is_file(answer: Answer) -> bool:
    return answer.status == 200 and "attachment" in answer.response.get("Content-Disposition", "")


def test_every_file_is_an_export_or_read_in_care(files: dict[str, Question]) -> None:
    assert set(files) == EXPORTS | READ_IN_CARE | EMPTY | LINES, (
        "say in docs/signing-in.md and here which it is"
    )


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_an_old_proof_takes_no_export(world: World, files: dict[str, Question], name: str) -> None:
    Session.objects.update(proved_at=timezone.now() - timedelta(minutes=6))
    answer = ask(world, files[name])
    asked_anew = answer.status == 302 and answer.response["Location"].startswith("/account/confirm")
    assert asked_anew or (answer.status == 403 and "/account/confirm" in answer.text), answer.text


def test_a_token_takes_one_without(world: World, files: dict[str, Question]) -> None:
    Session.objects.update(proved_at=timezone.now() - timedelta(minutes=6))
    asked = files["import-rejects"]
    by_token = PRINCIPALS[f"{asked.principal.name} token"]
    assert _is_file(ask(world, replace(asked, principal=by_token)))
