"""A cluster and web workers of this suite's own, which are killed while they work.

`make test` leaves this folder out; `make test-kills` runs it.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kills.site import Cluster, own_cluster


@pytest.fixture(scope="session")
def cluster(django_db_blocker: Any) -> Iterator[Cluster]:
    with django_db_blocker.unblock(), own_cluster() as made:
        yield made
