"""ASGI entry for granian."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthcare.settings")
django.setup(set_prefix=False)

from healthcare.rest.front import Front  # noqa: E402 - needs the settings
from healthcare.rest.machines import Application  # noqa: E402

application = Front(Application())
