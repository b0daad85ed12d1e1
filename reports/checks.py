"""What a setting of this room must be."""

from typing import Any

from django.conf import settings
from django.core.checks import Error

from reports.analysis.sections import SECTIONS


def hints_exist(app_configs: Any, **_: Any) -> list[Error]:
    """`EXPERIMENTAL_HINTS` names kinds that have such hints."""
    known = [kind for kind, section in SECTIONS.items() if section.has_experimental]
    return [
        Error(
            f"EXPERIMENTAL_HINTS names {kind!r}, which has no experimental hints.",
            hint=f"Name one of {', '.join(known)}, or leave it empty.",
            id="reports.E001",
        )
        for kind in settings.EXPERIMENTAL_HINTS
        if kind not in known
    ]
