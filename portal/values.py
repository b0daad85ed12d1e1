"""What one reading says, in words: the same wherever people read single readings."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.oximetry.stored import StoredOximetry
from devices.kinds.sleep.stored import StoredNight
from devices.kinds.weight.stored import StoredWeight
from portal.templatetags.pages import hours_minutes
from reports.analysis import display


def in_words(stored: Any) -> str:
    """The values of a kind's `Stored...`; of a kind without words here, that something was."""
    match stored:
        case StoredReading():
            return _pressure(stored)
        case StoredNight():
            length = _length(stored.started_at, stored.ended_at)
            return _("a night of %(length)s") % {"length": length}
        case StoredWeight():
            weight = f"{display.tenths(stored.kilograms)} kg"
            if stored.body_fat is None:
                return weight
            return f"{weight}, " + _("body fat %(fat)s %%") % {"fat": stored.body_fat}
        case StoredOximetry():
            return _oxygen(stored)
    return _("a measurement")


def _pressure(one: StoredReading) -> str:
    pressure = _("%(systolic)s over %(diastolic)s mmHg") % {
        "systolic": one.systolic,
        "diastolic": one.diastolic,
    }
    if one.pulse is None:
        return pressure
    return f"{pressure}, " + _("pulse %(pulse)s") % {"pulse": one.pulse}


def _oxygen(one: StoredOximetry) -> str:
    values = [value for value in one.spo2 if value is not None]
    lowest = min(values, default=None)
    if one.sample_seconds == 0:
        return _("oxygen %(percent)s %%") % {"percent": "–" if lowest is None else lowest}
    length = _length(one.started_at, one.ended_at)
    return _("oxygen for %(length)s, lowest %(percent)s %%") % {
        "length": length,
        "percent": "–" if lowest is None else lowest,
    }


def _length(start: datetime, end: datetime) -> str:
    return hours_minutes((end - start).total_seconds() / 60)
