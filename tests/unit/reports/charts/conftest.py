"""Facts to draw, and a fixture that names every chart once."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from reports.analysis.facts import BloodPressureFacts, Summary
from reports.charts import (
    blood_pressure,
    distribution,
    hypnogram,
    morning_evening,
    nights,
    sparkline,
    together,
)
from reports.charts.scene import Frame, Scene
from reports.charts.words import Language
from tests.synthetic import facts_of, person

WIDE, NARROW = Frame(523, 222), Frame(232, 235)


@pytest.fixture(scope="session")
def month() -> Summary:
    """Thirty days of somebody who measures most of the time."""
    return facts_of(person())


@pytest.fixture(scope="session")
def pressure(month: Summary) -> BloodPressureFacts:
    assert month.blood_pressure is not None
    return month.blood_pressure


Gallery = Callable[[Summary, Frame, Language], Mapping[str, Scene]]


@pytest.fixture(scope="session")
def gallery() -> Gallery:
    """Every chart of these facts in one frame."""

    def draw(facts: Summary, frame: Frame, language: Language) -> Mapping[str, Scene]:
        found, sleep = facts.blood_pressure, facts.sleep
        last = facts.end - timedelta(days=1)
        small = Frame(frame.width / 2, frame.height / 2)
        scenes = {
            "raster": nights.raster(
                sleep, first=facts.start, last=last, frame=frame, language=language
            ),
            "together": together.nights_and_mornings(
                facts.together,
                first=facts.start,
                last=last,
                threshold=135,
                frame=frame,
                language=language,
            ),
        }
        if found:
            means = [day.all.systolic for day in found.days[-14:]]
            scenes["trend"] = blood_pressure.trend(found, frame=frame, language=language)
            scenes["boxes"] = morning_evening.boxes(found, frame=small, language=language)
            scenes["sparkline"] = sparkline.sparkline(means, goal=125, language=language)
            scenes["systolic"] = distribution.histogram(
                found, "systolic", frame=small, language=language
            )
            scenes["diastolic"] = distribution.histogram(
                found, "diastolic", frame=small, language=language
            )
        if sleep:
            night = sleep.main_nights[-1]
            scenes["hypnogram"] = hypnogram.hypnogram(
                night, frame=Frame(frame.width, 90), language=language
            )
        return scenes

    return draw
