"""The data set, built once for the whole folder and rolled back after it."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from tests.matrix.world import World, build


@pytest.fixture(scope="package")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Everybody and everything, inside one transaction; every request is a savepoint in it."""
    # What is hidden is a warning in the log, a hundred thousand times.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    before = settings.VAR_DIR
    settings.VAR_DIR = Path(tmp_path_factory.mktemp("var"))
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            yield build()
            transaction.set_rollback(True)
    finally:
        settings.VAR_DIR = before
        logging.getLogger("django.request").setLevel(logging.NOTSET)
