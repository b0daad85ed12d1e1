"""A small Celery application on the project's own broker settings, for the tests of the queue.

Run with MIMAMORI_VAR set to a folder of its own.
"""

import os
import sys
import time
from pathlib import Path

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthcare.settings")
django.setup()

app = Celery("probe")
app.config_from_object("django.conf:settings", namespace="CELERY")
# The project's value is a minute; a test need not wait that long.
app.conf.broker_transport_options = {**app.conf.broker_transport_options, "visibility_timeout": 3}


@app.task(name="probe.note")
def note(notes: str, until: str) -> None:
    """Note the beginning, wait until a file is there, note the end."""
    with Path(notes).open("a") as file:
        file.write("begin\n")
    while not Path(until).exists():
        time.sleep(0.05)
    with Path(notes).open("a") as file:
        file.write("end\n")


if __name__ == "__main__":
    note.delay(*sys.argv[1:])
