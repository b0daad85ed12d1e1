"""`manage.py invite`: planned, started, halted, left, shown; what cannot be says why."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from healthcare.hospitals.scope import acting_in
from healthcare.inviting.models import InvitationWave, WaveState
from healthcare.subscribers.models import Contract, Operator
from tests.unit.healthcare.inviting.conftest import SYSTEM, fresh, lead

PLAN = ("plan", "--wave", "w", "--cut-over", "2026-11-01", "--channel", "sms")


def invite(*arguments: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("invite", *arguments, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_wave_from_its_plan_to_its_end(operator: Operator, people: list[Contract]) -> None:
    (planned,) = invite(*PLAN, "--channel", "letter", "--pace", "5", "--reminder-days", "0")
    assert (planned["wave"], planned["state"]) == ("w", "planning")
    with acting_in(SYSTEM):
        wave = InvitationWave.objects.get()
    assert (wave.channels, wave.pace, wave.made_by) == (["sms", "letter"], 5, "command:invite")
    lead(wave)
    assert invite("show")[0]["planned"] == len(people)
    for order, state in (("start", "running"), ("pause", "paused"), ("resume", "running")):
        assert invite(order, "--wave", "w")[0]["state"] == state
    invite("cancel", "--wave", "w")
    assert fresh(wave).state == WaveState.CANCELLED


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("start",), "Name the wave"),
        (("start", "--wave", "x"), "There is no wave 'x'; there are: none"),
        (("show", "--operator", "nobody"), "There is no operator 'nobody'"),
        (("plan", "--wave", "w"), "plan needs --cut-over DATE"),
        ((*PLAN, "--starts-at", "2026-12-01T09:00"), "needs a zone"),
        ((*PLAN, "--pace", "0"), "The pace is"),
    ],
)
def test_what_cannot_be_says_why(operator: Operator, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        invite(*arguments)
