"""The examples of docs/formats are posted as they stand, so that they stay true."""

import json
import re
from pathlib import Path

import pytest
from django.utils import timezone

from devices import registry
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.unit.devices.conftest import BY, Entrust, Hand, Handed, Post

DOCS = Path(__file__).parents[4] / "docs" / "formats"
EXAMPLE = re.compile(r"<!-- posted: (\d{3}) -->\n```json\n(.*?)```", re.DOTALL)
PAGES = {"fhir.md": "application/fhir+json", "openmhealth.md": "application/vnd.openmhealth+json"}


@pytest.mark.parametrize("page", PAGES)
def test_examples(cast: Cast, hand: Hand, entrust: Entrust, post: Post, page: str) -> None:
    cuff, mat = hand(cast.hanako, "A-1"), hand(cast.hanako, "A-2", kind="sleep")
    with acting_in(Scope.system("a test registers")):
        gateway = registry.register_gateway(name="ward-hub", now=timezone.now(), by=BY)[1]
    for device in (cuff, mat):
        entrust(device.serial)
    examples = EXAMPLE.findall((DOCS / page).read_text())
    assert len(examples) == (DOCS / page).read_text().count("```json")
    for status, text in examples:
        answer = post(sender(text, cuff, gateway), text.encode(), content_type=PAGES[page])
        assert answer.status_code == int(status), answer.json()
        first, *others = (result["status"] for result in answer.json()["results"])
        assert first == "accepted"
        assert set(others) <= {"duplicate"}


def sender(text: str, cuff: Handed, gateway: str) -> str:
    """A gateway where the example names a device, else the cuff itself."""
    json.loads(text)
    return gateway if '"A-' in text or "/A-" in text else cuff.token
