"""A summary as the JSON object that the API, `analyse` and their clients share."""

from typing import Any

from reports.analysis.facts import (
    BloodPressureFacts,
    Means,
    NightFacts,
    Pair,
    SleepFacts,
    Summary,
)
from reports.analysis.sections import SECTIONS

JsonObject = dict[str, Any]

MINUTES_A_DAY = 24 * 60


def to_json(summary: Summary) -> JsonObject:
    """The object of `GET /api/v1/patients/{id}/summary`: unrounded, null where not computable.
    Further kinds have a key only where something was measured."""
    pressure, sleep = summary.blood_pressure, summary.sleep
    return {
        "from": summary.start.isoformat(),
        "to": summary.end.isoformat(),
        "timezone": summary.timezone,
        "blood_pressure": None if pressure is None else _blood_pressure(pressure),
        "sleep": None if sleep is None else _sleep(sleep),
        "together": [
            {
                "night": pair.night.isoformat(),
                "tst": pair.tst,
                "morning_systolic": pair.morning_systolic,
            }
            for pair in summary.together
        ],
        **{kind: SECTIONS[kind].to_json(facts) for kind, facts in summary.sections.items()},
    }


def clock(minutes: float | None) -> str | None:
    """Minutes after midnight as `HH:MM`, rounded half up; 1439.6 is `00:00`."""
    if minutes is None:
        return None
    whole = int(minutes + 0.5) % MINUTES_A_DAY
    return f"{whole // 60:02d}:{whole % 60:02d}"


def _blood_pressure(facts: BloodPressureFacts) -> JsonObject:
    return {
        "scheme": facts.scheme,
        "scheme_version": facts.scheme_version,
        "readings": facts.readings,
        "used": facts.used,
        "excluded": facts.excluded,
        "sessions": facts.session_count,
        "days": facts.days_with_data,
        "day1_dropped": facts.day1_dropped,
        "sufficient": facts.sufficient,
        "category": facts.category,
        "mean": {
            "systolic": facts.mean.systolic,
            "diastolic": facts.mean.diastolic,
            "pulse": facts.mean.pulse,
        },
        "morning": _window(facts.morning),
        "evening": _window(facts.evening),
        "other": _window(facts.other),
        "me_average": facts.me_average.systolic,
        "me_difference": facts.me_difference,
        "sd": _pair(facts.of_readings.sd),
        "cv": _pair(facts.of_readings.cv),
        "arv": _pair(facts.of_readings.arv),
        "sd_of_days": _pair(facts.of_days.sd),
        "pulse_pressure": facts.pulse_pressure,
        "mean_arterial": facts.mean_arterial,
        "share_at_or_above": facts.share_at_or_above,
        "highest": None
        if facts.highest is None
        else {
            "systolic": facts.highest.reading.systolic,
            "diastolic": facts.highest.reading.diastolic,
            "measured_at": facts.highest.local.isoformat(),
        },
        "flags": list(facts.flags),
    }


def _window(means: Means) -> JsonObject:
    return {"systolic": means.systolic, "diastolic": means.diastolic, "n": means.n}


def _pair(pair: Pair) -> JsonObject:
    return {"systolic": pair.systolic, "diastolic": pair.diastolic}


def _sleep(facts: SleepFacts) -> JsonObject:
    return {
        "nights": [_night(night) for night in facts.nights],
        "mean": {"tst": facts.mean_tst, "se": facts.mean_se},
        "bedtime": clock(facts.bedtime),
        "midsleep": clock(facts.midsleep),
        "regularity_index": facts.regularity_index,
        "social_jetlag": facts.social_jetlag,
        "debt": facts.debt,
    }


def _night(night: NightFacts) -> JsonObject:
    figures = night.statistics
    return {
        "date": night.date.isoformat(),
        "tib": figures.tib,
        "sol": figures.sol,
        "spt": figures.spt,
        "tst": figures.tst,
        "se": figures.se,
        "sme": figures.sme,
        "waso_spt": figures.waso_spt,
        "waso_to_lights_on": figures.waso_to_lights_on,
        "n1": figures.n1,
        "n2": figures.n2,
        "n3": figures.n3,
        "rem": figures.rem,
        "light": figures.light,
        "deep": figures.deep,
        "awakenings": figures.awakenings,
        "rem_latency": figures.rem_latency,
        "terminal_wake": figures.terminal_wake,
    }
