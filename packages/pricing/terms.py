"""Trials, minimum terms and when a cancellation takes effect."""

from datetime import date, timedelta

from healthcare.kernel.periods import Period, add_months, boundaries
from packages.pricing.offering import Package
from packages.pricing.policy import Policy, TermPolicy


def trial_end(first_subscribed_on: date, package: Package) -> date:
    """First day after the trial. The trial is a window from the first subscription of all:
    neither an upgrade nor leaving and coming back moves it."""
    return first_subscribed_on + timedelta(days=package.trial_days)


def term_end(billing_start: date, package: Package) -> date | None:
    """First day after the minimum term, which runs from the first paid day; None without one."""
    if package.minimum_term_months == 0:
        return None
    return add_months(billing_start, package.minimum_term_months)


def leaves_early(end: date, term: date | None) -> bool:
    """Whether a subscription that ends before ``end`` breaks its term."""
    return term is not None and end < term


def cancellation_date(
    asked_for: date, *, period: Period, anchor_day: int, term: date | None, policy: Policy
) -> date:
    """The first day without the package, given the end the member asked for.

    Under `end_of_term` a cancellation inside the term waits for the end of the first period that
    covers the term; otherwise it happens as asked.
    """
    if term is None or not leaves_early(asked_for, term):
        return asked_for
    if policy.term_policy is not TermPolicy.END_OF_TERM:
        return asked_for
    return next(end for end in boundaries(period.end, anchor_day) if end >= term)


def months_left(end: date, term: date) -> int:
    """Months of the term not served when the subscription ends before ``end``, begun ones whole."""
    count = 0
    while add_months(end, count) < term:
        count += 1
    return count
