"""Patterns in home readings that are worth a word: flags, dipping, masked and white-coat."""

from collections.abc import Sequence

from reports.analysis.facts import Dipping, Means, Placed, Session
from reports.analysis.figures import means
from reports.analysis.measured import Pressure, Window
from reports.analysis.policy import Settings
from reports.analysis.schemes import HOME_LINE, OFFICE_LINE

ME_DIFFERENCE_LINE = 20
IRREGULAR_PULSE = "irregular_pulse"
SEVERAL_SESSIONS = 2
NIGHTS_FOR_DIPPING = 3

EXTREME_DIP, DIP = 20, 10


def phenotype(home: Pressure, office: Pressure, *, treated: bool = False) -> str | None:
    """What home and office say together: home line 135/85, office line 140/90.

    `masked` or `white_coat`, for people under treatment `masked_uncontrolled` or
    `white_coat_effect`; None where both agree. Source: ESH 2021, ESC 2024.
    """
    high_at_home = HOME_LINE.reached_by(home.systolic, home.diastolic)
    high_at_office = OFFICE_LINE.reached_by(office.systolic, office.diastolic)
    if high_at_home == high_at_office:
        return None
    if high_at_home:
        return "masked_uncontrolled" if treated else "masked"
    return "white_coat_effect" if treated else "white_coat"


def dipping(used: Sequence[Placed]) -> Dipping | None:
    """The fall of mean systolic pressure at night, in percent; None below three nights."""
    night = [item for item in used if item.window is Window.NIGHT]
    day = means(item for item in used if item.window is not Window.NIGHT)
    nights = len({item.day for item in night})
    at_night = means(night)
    if nights < NIGHTS_FOR_DIPPING or day.systolic is None or at_night.systolic is None:
        return None
    percent = 100 * (day.systolic - at_night.systolic) / day.systolic
    return Dipping(percent, dipping_pattern(percent), nights)


def dipping_pattern(percent: float) -> str:
    """Over 20 extreme dipper, over 10 to 20 dipper, 0 to 10 non-dipper, under 0 riser."""
    if percent > EXTREME_DIP:
        return "extreme_dipper"
    if percent > DIP:
        return "dipper"
    return "non_dipper" if percent >= 0 else "riser"


def judged_flags(
    mean: Means, morning: Means, me_difference: float | None, settings: Settings
) -> tuple[str, ...]:
    """Flags that judge a mean against a line: only for adults with sufficient readings."""
    flags = []
    if (
        morning.systolic is not None
        and morning.diastolic is not None
        and HOME_LINE.reached_by(morning.systolic, morning.diastolic)
    ):
        flags.append("morning_hypertension")
    if me_difference is not None and me_difference >= ME_DIFFERENCE_LINE:
        flags.append("me_difference")
    if settings.office is not None and mean.systolic is not None and mean.diastolic is not None:
        home = Pressure(mean.systolic, mean.diastolic)
        found = phenotype(home, settings.office, treated=settings.treated)
        flags.extend([found] if found else [])
    return tuple(flags)


def has_irregular_pulse(sessions: Sequence[Session]) -> bool:
    """An irregular pulse in several used sessions: "show your doctor", never a diagnosis."""
    irregular = sum(
        any(IRREGULAR_PULSE in reading.flags for reading in session.readings)
        for session in sessions
        if session.used
    )
    return irregular >= SEVERAL_SESSIONS
