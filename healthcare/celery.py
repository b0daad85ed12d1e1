"""The Celery application. Messages carry ids only; the work itself is a row in PostgreSQL."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthcare.settings")

app = Celery("mimamori")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Workers and beat log like the web. Celery's own formatter writes the text of errors."""
    dictConfig(settings.LOGGING)
