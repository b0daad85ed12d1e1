"""A person's period as pages show it: the facts, their cards and their pictures.

Composes `reports.queries.summary` with the charts; clinic and member pages share it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from healthcare.patients.models import Patient
from portal.pictures import Picture, picture
from portal.sections import ShownSection, shown_sections
from reports import queries
from reports.analysis.facts import BloodPressureFacts, NightFacts, Session, Summary
from reports.analysis.measured import Pressure
from reports.charts import blood_pressure, hypnogram, nights, together
from reports.charts.scene import Frame, Scene
from reports.charts.words import Language

PERIODS = (7, 30, 90)
LATEST = 12

TREND = Frame(500, 245), Frame(232, 235)
RASTER_WIDTH = 500.0, 232.0
COURSE = Frame(500, 110), Frame(232, 120)
PAIRS = Frame(500, 150), Frame(232, 170)


@dataclass(frozen=True, slots=True)
class Overview:
    """Facts of the last `days` days, today included, and what draws them on request."""

    summary: Summary
    days: int
    language: Language

    @property
    def pressure(self) -> BloodPressureFacts | None:
        """Facts of blood pressure; None without a reading in the period."""
        return self.summary.blood_pressure

    def latest_sessions(self) -> list[Session]:
        """The latest sessions, newest first."""
        sessions = self.pressure.sessions if self.pressure else ()
        return list(reversed(sessions[-LATEST:]))

    def latest_nights(self) -> list[NightFacts]:
        """The nights of the last two weeks of the period, newest first."""
        since = self.summary.end - timedelta(days=14)
        found = self.summary.sleep.main_nights if self.summary.sleep else ()
        return [night for night in reversed(found) if night.date >= since]

    def trend(self) -> Picture | None:
        """Every session, the 7-day mean, goal and threshold."""
        facts = self.pressure
        if facts is None:
            return None
        draw = partial(_trend, facts, self.language)
        table = blood_pressure.rows(facts, language=self.language)
        return picture(draw, name="trend", wide=TREND[0], narrow=TREND[1], table=table)

    def raster(self) -> Picture | None:
        """One row a night on a common clock, at most the last 14 nights of the period."""
        sleep = self.summary.sleep
        if sleep is None or not self.latest_nights():
            return None
        last = self.summary.end - timedelta(days=1)
        first = max(self.summary.start, last - timedelta(days=13))
        height = 30 + 13.0 * ((last - first).days + 1)
        wide, narrow = (Frame(width, height) for width in RASTER_WIDTH)

        def draw(frame: Frame) -> Scene:
            return nights.raster(sleep, first=first, last=last, frame=frame, language=self.language)

        table = nights.rows(sleep, language=self.language)
        return picture(draw, name="raster", wide=wide, narrow=narrow, table=table)

    def course(self) -> Picture | None:
        """The course of the last night, when its stages are known."""
        latest = next((night for night in self.latest_nights() if night.segments), None)
        if latest is None:
            return None

        def draw(frame: Frame) -> Scene:
            return hypnogram.hypnogram(latest, frame=frame, language=self.language)

        table = hypnogram.rows(latest, language=self.language)
        return picture(draw, name="course", wide=COURSE[0], narrow=COURSE[1], table=table)

    def sections(self) -> list[ShownSection]:
        """What further kinds measured: each with its figures and its picture."""
        return shown_sections(self.summary, language=self.language)

    def pairs(self) -> Picture | None:
        """Nights beside the mornings that followed; facts side by side, never a cause."""
        found = self.summary.together
        if not found or self.pressure is None:
            return None
        threshold = self.pressure.threshold.systolic
        first, last = self.summary.start, self.summary.end - timedelta(days=1)

        def draw(frame: Frame) -> Scene:
            return together.nights_and_mornings(
                found,
                first=first,
                last=last,
                threshold=threshold,
                frame=frame,
                language=self.language,
            )

        table = together.rows(found, language=self.language)
        return picture(draw, name="pairs", wide=PAIRS[0], narrow=PAIRS[1], table=table)


def overview(
    *,
    patient: Patient,
    days: int,
    scheme: str,
    language: Language,
    goal: Pressure | None = None,
    known: bool | None = None,
    now: datetime,
) -> Overview:
    """The last `days` local days of a person whom the scope covers. `goal` and `known` as of
    `reports.queries.summary`, from a page that needs them too."""
    today = now.astimezone(ZoneInfo(patient.timezone)).date()
    facts = queries.summary(
        patient=patient,
        start=today - timedelta(days=days - 1),
        end=today + timedelta(days=1),
        scheme=scheme,
        goal=goal,
        known=known,
        now=now,
    )
    return Overview(facts, days, language)


def days_asked(text: str, *, most: int | None = None) -> int:
    """The period of a `?days=` parameter: one of 7, 30, 90 and not over `most`; else 30."""
    allowed = [days for days in PERIODS if most is None or days <= most]
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 30
    return days if days in allowed else min(30, *(most,) if most else (30,))


def _trend(facts: BloodPressureFacts, language: Language, frame: Frame) -> Scene:
    return blood_pressure.trend(facts, frame=frame, language=language)
