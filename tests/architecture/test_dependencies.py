"""An audit that audited nothing is no clean bill, and a hole is never passed over."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).resolve().parents[2] / ".ci" / "audit_dependencies.py"


@pytest.fixture(scope="module")
def audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit_dependencies", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listed(*entries: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(entries), "fixes": []})


CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
HOLED = {
    "name": "left",
    "version": "1",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": ""}],
}
LEFT_OUT = {"name": "amqp", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("pinned", "out", "said", "status", "words"),
    [
        (1, listed(CLEAN), "", 0, "1 packages, no known hole"),
        (
            2,
            listed(CLEAN, HOLED),
            "Found 1 known vulnerability",
            1,
            "left 1: PYSEC-1 (mended in 2)",
        ),
        (2, listed(LEFT_OUT, HOLED), "", 1, "PYSEC-1"),
        (2, listed(CLEAN, LEFT_OUT), "", 1, "not looked up: amqp"),
        (2, listed(CLEAN), "", 1, "not looked up: 1 of 2"),
        (1, listed(LEFT_OUT), "", 0, "skipped: source not reachable"),
        (1, listed(), "", 0, "skipped: source not reachable"),
        (1, "", "ConnectionError: Max retries exceeded", 0, "skipped: source not reachable"),
        (1, "", "unrecognized arguments: --strct", 1, "pip-audit failed"),
        (1, "[]", "", 1, "pip-audit failed"),
    ],
)
def test_what_an_answer_means(
    pinned: int, out: str, said: str, status: int, words: str, audit: Any
) -> None:
    found, text = audit.verdict(pinned, out, said)
    assert (found, words in text) == (status, True), text
