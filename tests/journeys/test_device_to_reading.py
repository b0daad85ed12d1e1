"""From a device in somebody's hands to a reading that a clinician sees: over HTTP, by commands."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from devices.kinds.known import KINDS
from devices.models import READINGS
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Purpose
from tests.cast import Cast
from tests.factories import ConsentFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SAMPLE = Path(__file__).parents[2] / "samples" / "nhanes_bp_sleep.csv"
PERIOD = ("--from", "2026-10-01", "--until", "2026-10-15")


def simulate(url: str, *words: str) -> Any:
    out = io.StringIO()
    call_command("simulate", "--url", url, *words, "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


@pytest.fixture
def var(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def test_simulated_devices_fill_a_clinicians_list(
    cast: Cast, live_server: LiveServer, var: Path, client: Client
) -> None:
    with acting_in(Scope.system("a test gives consent")):
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
    first = simulate(live_server.url, "--patients", "2", *PERIOD)
    assert first["devices"] == 4
    assert first["accepted"] > 0
    assert first["refused"] == first["conflict"] == first["rejected"] == 0
    tokens = var / "simulator" / "devices.jsonl"
    assert tokens.stat().st_mode & 0o777 == 0o600

    again = simulate(live_server.url, "--patients", "2", *PERIOD)
    assert again["accepted"] == 0
    assert again["duplicate"] == first["accepted"] + first["duplicate"]
    assert again["quarantined"] == first["quarantined"]

    client.force_login(cast.alice)
    answer = client.get(f"/api/v1/patients/{cast.hanako.pk}/readings", {"page_size": 500}).json()
    # How diligent a simulated person is, is drawn from their id.
    assert 0 < len(answer["results"]) < first["accepted"]


def test_every_kind_can_be_simulated(cast: Cast, live_server: LiveServer, var: Path) -> None:
    kinds = ",".join(KINDS)
    said = simulate(live_server.url, "--patients", "1", "--kinds", kinds, *PERIOD)
    assert said["devices"] == len(KINDS)
    assert said["refused"] == said["conflict"] == said["rejected"] == 0
    with acting_in(Scope.people(frozenset([cast.hanako.pk]))):
        stored = {name: model._default_manager.count() for name, model in READINGS.items()}
    # How many of each is drawn from the person's number, which no test decides.
    assert all(stored.values()), stored
    assert sum(stored.values()) == said["accepted"]
    with pytest.raises(CommandError, match="the kinds are"):
        simulate(live_server.url, "--patients", "1", "--kinds", "weight,moon", *PERIOD)


def test_the_survey_is_replayed(cast: Cast, live_server: LiveServer, var: Path) -> None:
    simulate(live_server.url, "--patients", "1", *PERIOD)
    tokens = var / "simulator" / "devices.jsonl"
    words = ("--members", str(tokens), "--replay", str(SAMPLE), "--from", "2026-10-01")
    replayed = simulate(live_server.url, *words)
    # The first person of the survey: one whole pair of values, and a night of eight hours.
    assert (replayed["accepted"], replayed["readings"]) == (2, 2)


def test_nobody_to_simulate(cast: Cast, var: Path, live_server: LiveServer) -> None:
    with acting_in(Scope.system("a test withdraws")):
        cast.hanako.consents.all().delete()
    with pytest.raises(CommandError, match="record_consent"):
        simulate(live_server.url, "--patients", "2")
