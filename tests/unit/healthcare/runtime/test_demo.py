"""The demo's people and devices: who can join, and that a second run finds what it has."""

import io
import json
import stat
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from healthcare.runtime.demo import handing_out, people
from healthcare.runtime.demo.progress import Step

HEADER = "operator_subscriber_id,activated_on,msisdn,family_name,given_name,birth_date\n"
MONTH = date(2026, 10, 1)
SINCE = datetime(2026, 9, 30, tzinfo=UTC)
MEMBERS = people.cast(["S1", "S2"], 2)


class Registry:
    """Stands for `register_device`: a serial can be registered once."""

    def __init__(self) -> None:
        self.serials: list[str] = []

    def __call__(self, command: str, *args: str) -> dict[str, Any]:
        serial = args[args.index("--serial") + 1]
        if serial in self.serials:
            raise CommandError(f"A device with serial {serial} is registered already.")
        self.serials.append(serial)
        return {"device": serial, "token": f"token of {serial}"}


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    found = Registry()
    monkeypatch.setattr(handing_out, "ask", found)
    return found


def hand_out(members: list[people.Member], ledger: Path) -> list[handing_out.Line]:
    doing = Step(io.StringIO(), "Devices")
    return handing_out.hand_out(members, ledger=ledger, handed_over_at=SINCE, doing=doing)


def test_a_second_run_hands_out_only_what_is_missing(registry: Registry, tmp_path: Path) -> None:
    ledger = tmp_path / "tokens.jsonl"
    first = hand_out(MEMBERS[:1], ledger)
    again = hand_out(MEMBERS, ledger)
    assert again[:2] == first
    assert registry.serials == ["BL-S1", "SL-S1", "BL-S2", "SL-S2"]
    assert hand_out(MEMBERS[1:], ledger) == again[2:]
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def test_a_serial_whose_token_nobody_has_gives_way(registry: Registry, tmp_path: Path) -> None:
    ledger = tmp_path / "tokens.jsonl"
    registry.serials.append("SL-S1")
    hand_out(MEMBERS[:1], ledger)
    kept = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert kept[0]["serial"] == "BL-S1"
    assert kept[1]["serial"].startswith("SL-S1-")


def test_who_can_join(tmp_path: Path) -> None:
    sample = tmp_path / "subscribers.csv"
    sample.write_text(
        HEADER
        + "S1,2020-01-01,090-3000-0001,Sato,Hana,1950-01-01\n"
        + "S2,2020-01-01,+819030000002,Kato,Jiro,2010-01-01\n"
        + "S3,2020-01-01,+819030000003,Mori,Ken,1950-01-01\n"
        + "S4,2020-01-01,no number,Ito,Yu,1950-01-01\n"
        + "S5,2024-01-01,+819030000001,Abe,Yu,1950-01-01\n"
        + "S3,2020-01-01,+819030000003,Mori,Ken,1950-01-01\n"
        + "S6,2026-10-02,+819030000006,Doi,Yu,1950-01-01\n"
    )
    # S1's number went to S5, S2 is young, line 5 was rejected, S3 is in the file twice, and
    # S6 came after the first of the month.
    assert people.adults(sample, {5}, MONTH) == ["S3", "S5"]
