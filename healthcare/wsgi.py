"""WSGI entry for granian or gunicorn."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthcare.settings")
django.setup(set_prefix=False)

from healthcare.rest.machines import Application  # noqa: E402 - needs the settings

application = Application()
