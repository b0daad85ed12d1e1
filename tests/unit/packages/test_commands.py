"""The commands, as they are typed."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from healthcare.patients.models import Patient
from packages.models import Subscription
from packages.operators.simulator import play
from tests.factories import ConsentFactory, ContractFactory, LineFactory


@pytest.fixture
def subscriber(person: Patient) -> str:
    """The operator's id of a consenting subscriber."""
    return person.contracts.get().operator_subscriber_id


def ask(name: str, *arguments: str) -> Any:
    """The JSON object that a command prints."""
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def tell(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_from_subscriber_to_acknowledgement(subscriber: str, tmp_path: Path) -> None:
    what = ("--operator-subscriber-id", subscriber, "--on", "2026-09-01")
    assert ask("subscribe", *what, "--package", "standard") == {
        "package": "standard",
        "from": "2026-09-01",
        "to": None,
    }
    assert tell("subscribe", *what, "--package", "standard") == "standard from 2026-09-01\n"
    tried = ask("run_billing", "--month", "2026-10", "--dry-run")
    assert (tried["invoices_created"], tried["dry_run"]) == (1, True)
    assert ask("run_billing", "--month", "2026-10") == {
        "subscriptions": 1,
        "invoices_created": 1,
        "invoices_existing": 0,
        "total": 330,
        "currency": "JPY",
        "held": 0,
        "dry_run": False,
    }
    assert "1 there before" in tell("run_billing", "--month", "2026-10", "--operator", "demo")
    out = tmp_path / "charges.csv"
    where = ("--month", "2026-10", "--operator", "demo", "--out", str(out))
    written = ask("write_charges", *where)
    assert (written["file_seq"], written["charges"], written["created"]) == (1, 1, True)
    content = out.read_bytes()
    assert "written again" in tell("write_charges", *where)
    assert out.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["charges.csv"]
    answer = tmp_path / "answer.csv"
    answer.write_bytes(play(content.splitlines(keepends=True))[0].content)
    assert ask("read_acknowledgement", str(answer), "--operator", "demo")["accepted"] == 1
    assert "read before" in tell("read_acknowledgement", str(answer), "--operator", "demo")


def test_another_package_is_a_change(subscriber: str) -> None:
    who = ("--operator-subscriber-id", subscriber)
    tell("subscribe", *who, "--package", "standard", "--on", "2026-09-01")
    changed = ask("subscribe", *who, "--package", "premium", "--on", "2026-09-10")
    assert (changed["package"], changed["from"]) == ("premium", "2026-09-10")
    assert Subscription.objects.count() == 2


def test_migrated_packages_are_adopted(scope: object) -> None:
    line = LineFactory(contract=ContractFactory(package="premium"))
    ConsentFactory(patient=line.contract.patient)
    assert ask("adopt_packages", "--operator", "demo")["adopted"] == 1
    assert tell("adopt_packages", "--operator", "demo").startswith("0 adopted, 1 there before")


def test_preview_invoice_prints_the_documents(tmp_path: Path) -> None:
    history = {
        "currency": "JPY",
        "policy": {"proration": "actual_days"},
        "packages": {"basic": {"rank": 1, "price": 500, "tax_rate": "10"}},
        "events": [{"on": "2026-04-01", "do": "subscribe", "package": "basic"}],
        "through": "2026-05-01",
    }
    file = tmp_path / "history.json"
    file.write_text(json.dumps(history))
    assert json.loads(tell("preview_invoice", str(file)))["documents"][0]["total"] == 550
    assert tell("preview_invoice", str(file), "--json").count("\n") == 1
    file.write_text(json.dumps({**history, "through": "soon"}))
    with pytest.raises(CommandError, match="through: write a date as YYYY-MM-DD"):
        tell("preview_invoice", str(file))
    file.write_text("{")
    with pytest.raises(CommandError, match="not JSON"):
        tell("preview_invoice", str(file))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run_billing", "--month", "2026-13"), "--month: '2026-13' is not a month"),
        (("run_billing", "--month", "2026-10", "--operator", "none"), "No operator none"),
        (("run_billing", "--month", "2199-01"), "has not begun"),
        (
            ("write_charges", "--month", "2026-10", "--operator", "none", "--out", "x"),
            "there are: demo",
        ),
        (
            ("write_charges", "--month", "2026-10", "--operator", "demo", "--out", "/dev/null/x"),
            "/dev/null/x",
        ),
        (("read_acknowledgement", "absent.csv", "--operator", "demo"), "absent.csv"),
        (
            ("subscribe", "--operator-subscriber-id", "nobody", "--package", "free"),
            "no subscriber 'nobody'",
        ),
        (("preview_invoice", "absent.json"), "absent.json"),
    ],
)
def test_mistakes_are_named_with_their_cure(
    db: None, arguments: tuple[str, ...], told: str
) -> None:
    with pytest.raises(CommandError, match=told):
        tell(*arguments)


def test_a_package_not_on_offer_is_refused(subscriber: str) -> None:
    with pytest.raises(CommandError, match="free, standard, premium"):
        tell("subscribe", "--operator-subscriber-id", subscriber, "--package", "gold")
