"""Everything a report says, decided before the first line is drawn."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from reports.analysis.facts import BloodPressureFacts, Summary
from reports.analysis.measured import Pressure
from reports.analysis.schemes import age_on
from reports.charts.blood_pressure import Mark
from reports.charts.trend_panels import adult_lines
from reports.charts.words import Language

PatientSex = Literal["female", "male", "other", ""]


@dataclass(frozen=True, slots=True)
class Patient:
    """Who the report is about and for whom it is. `id` is the hospital's or the product's.

    `birth_date` is None where the operator sent none; the report says so in its place.
    """

    name: str
    kana: str
    birth_date: date | None
    sex: PatientSex
    id: str
    hospital: str
    doctor: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule scheme the facts rest on; unsigned, every page says so.

    It must be that of the facts where there are any: a report never carries another mark.
    """

    scheme: str
    version: str
    signed: bool
    threshold: Pressure
    goal: Pressure


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A report of one patient and one period.

    `created_at` is aware and printed in the facts' time zone. `with_sleep` is the package's
    entitlement: without it page 2 has no sleep section, whatever the facts hold. `devices` are
    model names. `marks` are changes of medication and office values for the chart. `notes` is
    what a clinician wrote, or empty: then the box stays free for a pen.
    """

    patient: Patient
    facts: Summary
    created_at: datetime
    language: Language
    rules: Rules
    report_version: str
    devices: tuple[str, ...] = ()
    with_sleep: bool = True
    notes: str = ""
    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        if self.created_at.tzinfo is None:
            raise ValueError("created_at must have a time zone")
        if self.facts.end <= self.facts.start:
            raise ValueError(
                f"the period is empty: {self.facts.start} to {self.facts.end} (end exclusive)"
            )
        pressure = self.facts.blood_pressure
        if pressure is not None and self.rules != _rules_of(pressure):
            raise ValueError(f"{self.rules} are not the rules of the facts: {_rules_of(pressure)}")

    @property
    def first(self) -> date:
        """The first day of the period."""
        return self.facts.start

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.facts.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.facts.end - self.facts.start).days

    @property
    def adult_lines(self) -> bool:
        """Whether goal and threshold apply to this person."""
        pressure = self.facts.blood_pressure
        return pressure is None or adult_lines(pressure)

    @property
    def age(self) -> int | None:
        """Completed years on the last day of the period; None without a birth date."""
        born = self.patient.birth_date
        return age_on(born, self.last) if born else None


def _rules_of(facts: BloodPressureFacts) -> Rules:
    return Rules(
        facts.scheme, facts.scheme_version, facts.scheme_signed, facts.threshold, facts.goal
    )
