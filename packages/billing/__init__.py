"""Billing runs: draft the documents of a month, look at them, commit them with numbers."""

from packages.billing.running import BillingRefused, RunSummary, commit, draft, run, run_all

__all__ = ["BillingRefused", "RunSummary", "commit", "draft", "run", "run_all"]
