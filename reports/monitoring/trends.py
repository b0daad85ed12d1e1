"""Alerts that open when a row of the worklist is computed: low, worsening, missing.

Low and worsening rest on readings that devices sent, also on those that a cuff kept for a week: low
looks at the last 24 hours, so it is now, and a worse week is one whenever it was sent. What came
from an archive neither opens such an alert nor holds one back: it is on the charts and in the
means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from devices import queries as readings
from devices.kinds.blood_pressure.limits import ADVICE_FOR
from devices.queries import StoredReading
from healthcare.audit.actors import task
from healthcare.patients.models import Patient
from reports.analysis import windows
from reports.analysis.facts import Change, Placed
from reports.analysis.policy import DEFAULT_SETTINGS
from reports.analysis.warning_signs import (
    PREVIOUS_DAYS,
    RECENT_DAYS,
    change,
    is_low,
    is_low_session,
    is_worsening,
)
from reports.measuring import reading_of
from reports.models import AlertKind, PatientState
from reports.monitoring.evidence import evidence_key, key_of, known_around, of_reading, untold
from reports.monitoring.opening import Evidence, close_answered, open_alert
from reports.monitoring.placing import STALE_AFTER

BY = task("reports.watching")
# Whose device is sending right now, though it be old readings, is not silent.
QUIET_FOR = timedelta(hours=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """The readings that devices sent, which count for the five weeks up to and with the local day
    `until`."""

    until: date
    rows: Sequence[StoredReading]
    placed: Sequence[Placed]

    @classmethod
    def of(cls, patient: Patient, *, until: date, known: bool | None = None) -> Self:
        """Needs a scope that covers the person."""
        zone = ZoneInfo(patient.timezone)
        first = until + ONE_DAY - timedelta(days=RECENT_DAYS + PREVIOUS_DAYS)
        rows = readings.by_devices(
            patient_id=patient.pk,
            start=datetime.combine(first, time(), zone),
            # An evening lasts until after midnight.
            end=datetime.combine(until + ONE_DAY, time(4), zone),
            known=known,
        )
        found = windows.place(map(reading_of, rows), (), zone=zone, settings=DEFAULT_SETTINGS)
        return cls(until, rows, found)

    def change(self) -> Change | None:
        """The last seven days against the four weeks before; None without enough days."""
        return change(self.placed, end=self.until + ONE_DAY)

    def low_sessions(self, *, since: datetime) -> list[list[StoredReading]]:
        """The low readings of each session from then on that was low twice."""
        by_key = {key_of(row): row for row in self.rows}
        return [
            [
                by_key[evidence_key(int(r.device), r.measured_at, r.id)]
                for r in session.readings
                if is_low(r.systolic)
            ]
            for session in windows.sessions(self.placed, DEFAULT_SETTINGS)
            if session.started_at >= since and is_low_session(session.readings)
        ]


def open_trends(patient: Patient, *, today: date, known: bool, now: datetime) -> None:
    """Worsening, once a week of evidence; low, once a reading."""
    sent = Sent.of(patient, until=today, known=known)
    found = sent.change()
    if found is not None and is_worsening(found):
        year, week, _ = today.isocalendar()
        open_alert(
            patient_id=patient.pk,
            kind=AlertKind.WORSENING,
            evidence=[Evidence(key=f"{year}-W{week:02}")],
            reason={"difference": round(found.difference), "until": today.isoformat()},
            now=now,
            by=BY,
        )
    for low in sent.low_sessions(since=now - ADVICE_FOR):
        # The same measurement by a second road is not new.
        fresh = untold(known_around(patient.pk, AlertKind.LOW, low), low)
        open_alert(
            patient_id=patient.pk,
            kind=AlertKind.LOW,
            evidence=[of_reading(row) for row in fresh],
            reason={"measured_at": low[0].measured_at.isoformat()},
            now=now,
            by=BY,
        )


def ask_about_silence(state: PatientState, *, now: datetime) -> None:
    """Missing, once a gap. A gap begins with the last reading of a device: an archive that tells of
    another time answers the question when it is recent, and never asks it."""
    last = state.last_reading_at
    if last is None:
        return
    if now - last <= STALE_AFTER:
        close_answered(patient_id=state.pk, kind=AlertKind.MISSING, now=now, by=BY)
    elif now - state.news_at > QUIET_FOR:
        by_device = readings.last_pressure_at(patient_id=state.pk, archives=False)
        if by_device is not None:
            open_alert(
                patient_id=state.pk,
                kind=AlertKind.MISSING,
                evidence=[Evidence(key=f"since:{by_device:%Y-%m-%d}")],
                reason={"days": (now - last).days},
                now=now,
                by=BY,
            )
