"""A subscriber that is killed at one point of its first message.

python -m tests.mqtt.dying before_commit|before_acknowledging URL
"""

import os
import signal
import sys
from pkgutil import resolve_name
from typing import Any

import django
from django.core.management import call_command

# The last statement before the commit, and the first step after it.
POINTS = {
    "before_commit": ("devices.authenticating", "confirm"),
    "before_acknowledging": ("devices.mqtt.acknowledging:Acknowledging", "done"),
}


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthcare.settings")
    django.setup()
    point, url = sys.argv[1:]
    owner, name = POINTS[point]
    setattr(resolve_name(owner), name, die)
    call_command("mqtt_subscribe", url=url)


if __name__ == "__main__":
    main()
