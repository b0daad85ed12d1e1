"""Members of the demo operator, and the operator's policy, for tests of the packages room."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest

from healthcare.audit.actors import Actor
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Operator
from packages.models import BillingPolicy
from tests.factories import ConsentFactory, LineFactory

BY = Actor("command", name="tests")
NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
"""Noon of 2 November 2026 in Tokyo."""


def at_noon(day: date) -> datetime:
    """Noon in Tokyo."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


@pytest.fixture
def demo(db: None) -> Operator:
    """The operator that a fresh database has, with its three packages."""
    return Operator.objects.get(code="demo")


@pytest.fixture
def policy(demo: Operator) -> BillingPolicy:
    """Its policy: none_calendar_month, prices with 10% tax inside."""
    return BillingPolicy.objects.get(operator=demo)


@pytest.fixture
def scope(db: None) -> Iterator[Scope]:
    """Everybody's data."""
    with acting_in(Scope.system("a test of packages")) as scope:
        yield scope


@pytest.fixture
def new_member(demo: Operator, scope: Scope) -> Callable[[], Patient]:
    """Makes a person of the demo operator with a line, who consents to care."""

    def make() -> Patient:
        line = LineFactory(contract__operator=demo)
        patient = line.contract.patient
        ConsentFactory(patient=patient)
        return patient

    return make


@pytest.fixture
def person(new_member: Callable[[], Patient]) -> Patient:
    """One such person."""
    return new_member()
