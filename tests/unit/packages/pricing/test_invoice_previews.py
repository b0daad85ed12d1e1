"""The published previews, and the example of the format itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from packages.pricing.preview import preview

GOLDENS = Path(__file__).parents[3] / "goldens" / "invoice_previews.json"
CASES = json.loads(GOLDENS.read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_published_preview(case: dict[str, Any]) -> None:
    made: Any = preview(case["input"])["documents"]
    keys = ("date", "kind", "net", "tax", "total")
    assert [{key: document[key] for key in keys} for document in made] == case["expect"]


def test_the_example_of_the_format_word_for_word() -> None:
    history = {
        "currency": "JPY",
        "timezone": "Asia/Tokyo",
        "policy": {
            "proration": "actual_days",
            "cycle": "calendar_month",
            "tax_rounding": "floor",
            "tax_inclusive": False,
            "term_policy": "end_of_term",
            "term_fee": 0,
        },
        "packages": {
            "basic": {"rank": 1, "price": 500, "tax_rate": "10"},
            "plus": {
                "rank": 2,
                "price": 980,
                "tax_rate": "10",
                "trial_days": 0,
                "minimum_term_months": 0,
                "usage": {
                    "report": {
                        "model": "graduated",
                        "included": 2,
                        "tiers": [[5, 100], [None, 80]],
                    }
                },
            },
        },
        "events": [
            {"on": "2026-04-01", "do": "subscribe", "package": "basic"},
            {"on": "2026-04-16", "do": "change", "package": "plus"},
            {"on": "2026-05-20", "do": "cancel", "when": "period_end"},
        ],
        "usage": [{"on": "2026-04-30", "component": "report", "quantity": 8}],
        "through": "2026-06-01",
    }
    april, may = ["2026-04-01", "2026-05-01"], ["2026-05-01", "2026-06-01"]
    rest = ["2026-04-16", "2026-05-01"]
    assert preview(history) == {
        "documents": [
            {
                "kind": "invoice",
                "date": "2026-04-01",
                "lines": [{"package": "basic", "period": april, "amount": 500, "tax_rate": "10"}],
                "taxes": [{"rate": "10", "net": 500, "tax": 50}],
                "net": 500,
                "tax": 50,
                "total": 550,
            },
            {
                "kind": "invoice",
                "date": "2026-04-16",
                "lines": [
                    {"package": "basic", "period": rest, "amount": -250, "tax_rate": "10"},
                    {"package": "plus", "period": rest, "amount": 490, "tax_rate": "10"},
                ],
                "taxes": [{"rate": "10", "net": 240, "tax": 24}],
                "net": 240,
                "tax": 24,
                "total": 264,
            },
            {
                "kind": "invoice",
                "date": "2026-05-01",
                "lines": [
                    {"package": "plus", "period": may, "amount": 980, "tax_rate": "10"},
                    {
                        "package": "plus",
                        "component": "report",
                        "quantity": 8,
                        "period": april,
                        "amount": 540,
                        "tax_rate": "10",
                    },
                ],
                "taxes": [{"rate": "10", "net": 1520, "tax": 152}],
                "net": 1520,
                "tax": 152,
                "total": 1672,
            },
        ],
        "subscriptions": [
            {"package": "basic", "from": "2026-04-01", "to": "2026-04-16"},
            {"package": "plus", "from": "2026-04-16", "to": "2026-06-01"},
        ],
    }
