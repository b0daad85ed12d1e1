"""Documents to render; the fonts are cut once into the project's cache and shared."""

import pytest

from reports.analysis.facts import Summary
from tests.synthetic import facts_of, person


@pytest.fixture(scope="session")
def month() -> Summary:
    """Thirty days after five weeks of history, so that there is a direction."""
    return facts_of(person(history=35))
