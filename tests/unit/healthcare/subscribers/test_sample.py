"""The sample file: made by its script, and with the outcomes its README names."""

import io
import runpy
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

from healthcare.subscribers.models import Contract
from tests.unit.healthcare.subscribers.conftest import TakeIn, outcomes

SAMPLES = Path(__file__).parents[4] / "samples"
OUTCOMES = {"created": 1_892, "duplicate": 20, "held": 32, "rejected": 56}


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SAMPLES / "make_subscribers.py"))


def test_the_script_makes_the_file(script: dict[str, Any]) -> None:
    out = io.StringIO()
    script["write"](script["subscribers"](rows=2_000, seed=20261123), out)
    assert out.getvalue() == (SAMPLES / "subscribers.csv").read_text(encoding="utf-8")


def test_clean_rows_have_valid_numbers_and_fictitious_addresses(script: dict[str, Any]) -> None:
    rows = script["base"](script["Operator"](7), 300)
    for row in rows:
        assert phonenumbers.is_valid_number(phonenumbers.parse(row["msisdn"], "JP"))
        assert not row["email"] or row["email"].endswith(".example")
    assert any(row["holder_subscriber_id"] for row in rows)


def test_its_outcomes_and_that_a_second_time_changes_nothing(take_in: TakeIn) -> None:
    content = (SAMPLES / "subscribers.csv").read_text(encoding="utf-8")
    first = take_in(content)
    assert outcomes(first) == OUTCOMES
    assert Contract.objects.exclude(ended_on=None).count() == 12
    again = {**OUTCOMES, "unchanged": OUTCOMES["created"]}
    del again["created"]
    assert outcomes(take_in(content)) == again
