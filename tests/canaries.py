"""Words that nobody would write by chance, one for each thing that must never leak.

`heard()` listens to everything that is logged, as the installation writes it, at the most talkative
level. `sings(text)` names the canaries in a text.
"""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus, unquote_plus

from django.conf import settings

from healthcare.rest.logs import Discreet

CANARIES = {
    "name": "金糸雀鳥子",
    "latin name": "Kanariya-Toriko",
    "kana": "カナリヤトリコ",
    "number": "+819055501234",
    "number at home": "090-5550-1234",
    "number in digits": "09055501234",
    "e-mail": "toriko.kanariya@canary.example",
    "birth date": "1931-02-27",
    "systolic": "197.731",
    "reading": '"diastolic":113.377',
    "note": "fainted twice in the canary garden",
    "password": "canary-Passw0rd-never-logged",
    "token": "mmd_CanaryTokenCanaryTokenCanaryTokenCanary",
}


def sings(text: str) -> list[str]:
    """The names of the canaries in a text, however it is escaped."""
    shapes = (text, unquote_plus(text), text.replace("\\/", "/"))
    found = []
    for name, canary in CANARIES.items():
        ascii_ = json.dumps(canary)[1:-1]
        forms = {canary, ascii_, quote(canary), quote_plus(canary), canary.replace('"', "&quot;")}
        if any(form in shape for form in forms for shape in shapes):
            found.append(name)
    return found


@contextmanager
def heard() -> Iterator[io.StringIO]:
    """All log lines of the block, from DEBUG on, written by the installation's own formatter."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    given = settings.LOGGING["formatters"]["discreet"]
    handler.setFormatter(Discreet(given["format"]))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
