"""Which layout a file is read by: the standard one, or a version of an operator's mapping."""

from datetime import datetime
from zoneinfo import ZoneInfo

from healthcare.subscribers.loading.cells import Setting
from healthcare.subscribers.loading.definitions import layout_of as defined
from healthcare.subscribers.loading.layouts import STANDARD_LAYOUT, STANDARD_NAME, Layout
from healthcare.subscribers.loading.refusing import MappingUnknown
from healthcare.subscribers.models import Mapping, Operator


def newest(operator: Operator, name: str) -> Mapping | None:
    """The version of that name that was saved last; None is the standard layout.

    Raises:
        MappingUnknown: the operator has none of that name.
    """
    if name == STANDARD_NAME:
        return None
    mine = Mapping.objects.filter(operator=operator)
    found = mine.filter(name=name).order_by("-version").first()
    if found is None:
        names = sorted({STANDARD_NAME, *mine.values_list("name", flat=True)})
        raise MappingUnknown(f"The mapping {name!r} is not known: use one of {', '.join(names)}.")
    return found


def layout_of(version: Mapping | None, operator: Operator, *, now: datetime) -> Layout:
    """The layout of a version, or the standard one."""
    if version is None:
        return STANDARD_LAYOUT
    return defined(version.definition, name=version.name, setting=setting_of(operator, now=now))


def setting_of(operator: Operator, *, now: datetime) -> Setting:
    """The operator's country, and the day there."""
    return Setting(operator.country, now.astimezone(ZoneInfo(operator.timezone)).date())
