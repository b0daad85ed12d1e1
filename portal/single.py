"""Stored readings one by one, as the pages of members and clinicians show them: the values, and of
those that no longer count why, and who said so."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from devices import disowning, handing_over, single_readings
from devices.models import ReadingRetraction, RetractionCause
from devices.single_readings import NoSuchReading, SingleReading
from devices.stored_rows import Identity
from healthcare.accounts.models import Role, User
from healthcare.patients.models import Patient
from portal.overview import PERIODS
from portal.values import in_words
from reports.analysis.facts import Session

MOST = 200
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
WENT_WRONG = gettext_noop("the member says: the measuring went wrong")
BETWEEN = " — "
# What is written down in these words is shown in the language of the page.
KNOWN_REASONS = {
    reason: reason
    for reason in (disowning.NOT_ME, WENT_WRONG, handing_over.BECAUSE, handing_over.NOBODYS)
}
# Whether somebody else consents is nothing to tell.
KNOWN_REASONS[handing_over.NO_CONSENT] = handing_over.BECAUSE


class Key(msgspec.Struct, array_like=True, frozen=True):
    """Names a reading of a person whom the page names already."""

    kind: str
    device_id: int
    microseconds: int
    device_reading_id: str


class DecisionForm(forms.Form):
    """What is said of which reading, and why."""

    do = forms.ChoiceField(choices=[(verb, verb) for verb in ("withdraw", "not_me", "restore")])
    reading = forms.CharField(max_length=2000)
    reason = forms.CharField(required=False, max_length=500)


@dataclass(frozen=True, slots=True)
class Line:
    """One reading on a page. `key` names it in a form; the last three are of one that is gone."""

    single: SingleReading
    values: str
    key: str
    why: str = ""
    who: str = ""
    may_restore: bool = False

    @property
    def gone(self) -> ReadingRetraction | None:
        """What stands against it."""
        return self.single.retraction

    @property
    def started_at(self) -> datetime:
        """When it was measured, named as a session's is: both stand in one table."""
        return self.single.at


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom lines are made: the patient themselves, or a clinician."""

    patient: Patient
    user: User

    def lines(self, found: Sequence[SingleReading]) -> list[Line]:
        """These readings as lines of a page."""
        said = [one.retraction for one in found if one.retraction is not None]
        clinicians = _clinicians(said)
        return [self._line(one, clinicians) for one in found]

    def _line(self, one: SingleReading, clinicians: set[str]) -> Line:
        line = Line(one, in_words(one.stored), key_of(one.identity))
        gone = one.retraction
        if gone is None:
            return line
        by = gone.retracted_by
        theirs = by == f"user:{self.patient.user_id}"
        if theirs:
            who = _("you") if self.user.pk == self.patient.user_id else _("the patient")
        else:
            who = _("a clinician") if by in clinicians else _("the service")
        own = theirs if self.user.pk == self.patient.user_id else by in clinicians
        may = own and gone.cause == RetractionCause.WITHDRAWN
        return Line(one, line.values, line.key, reason_in_words(gone.reason), who, may)


def reason_in_words(reason: str) -> str:
    """A reason as the page says it: its known part in the reader's language."""
    known, between, words = reason.partition(BETWEEN)
    if known not in KNOWN_REASONS:
        return reason
    return f"{_(KNOWN_REASONS[known])}{between}{words}"


def reason_of_member(known: str, words: str) -> str:
    """What is kept of a member's answer: which one, and what they wrote beside it."""
    words = words.strip()
    return f"{known}{BETWEEN}{words}" if words else known


def retracted_lines(reader: Reader, *, start: date, end: date) -> list[Line]:
    """What was measured on the local days of [start, end) and no longer counts, newest first."""
    first, last = bounds(reader.patient, start, end)
    found = single_readings.retracted(patient_id=reader.patient.pk, start=first, end=last)
    return reader.lines(found)


def beside_sessions(sessions: Sequence[Session], lines: Sequence[Line]) -> list[Session | Line]:
    """Sessions, and the pressures that no longer count where they would have stood, newest first;
    none that is older than all sessions shown."""
    oldest = sessions[-1].started_at if sessions else EPOCH
    gone = [
        line for line in lines if line.single.kind == "blood_pressure" and line.started_at >= oldest
    ]
    return sorted([*sessions, *gone], key=lambda row: row.started_at, reverse=True)


def bounds(patient: Patient, start: date, end: date) -> tuple[datetime, datetime]:
    """When the local days of [start, end) begin and end."""
    zone = ZoneInfo(patient.timezone)
    return datetime.combine(start, time(), zone), datetime.combine(end, time(), zone)


@dataclass(frozen=True, slots=True)
class Asked:
    """The local days [start, end) of a list: one day, or the last ones."""

    start: date
    end: date
    day: date | None
    days: int | None


def asked(request: HttpRequest, *, today: date, since: date | None = None) -> Asked:
    """The period of `?day=2026-11-02` or `?days=30`; a week where neither says one. Nothing before
    `since`."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
        end = day + timedelta(days=1)
    except (ValueError, OverflowError):
        text = request.GET.get("days", "")
        days = int(text) if text in map(str, PERIODS) else PERIODS[0]
        start = today - timedelta(days=days - 1)
        return Asked(max(start, since or start), today + timedelta(days=1), None, days)
    return Asked(max(day, since or day), end, day, None)


def key_of(identity: Identity) -> str:
    """A reading's name in a form or an address."""
    key = Key(
        identity.kind,
        identity.device_id,
        (identity.at - EPOCH) // MICROSECOND,
        identity.device_reading_id,
    )
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(key)).decode().rstrip("=")


def found(key: str, patient: Patient) -> SingleReading:
    """The person's reading of that name. Raises Http404."""
    try:
        padded = key.encode("ascii") + b"=" * (-len(key) % 4)
        named = msgspec.msgpack.decode(base64.urlsafe_b64decode(padded), type=Key)
        at = EPOCH + named.microseconds * MICROSECOND
        identity = Identity(
            patient.pk, named.kind, at, named.device_id % 2**63, named.device_reading_id
        )
        if "\x00" in named.device_reading_id:
            raise Http404
        return single_readings.one(identity)
    except (
        ValueError,
        OverflowError,
        binascii.Error,
        msgspec.MsgspecError,
        NoSuchReading,
    ) as error:
        raise Http404 from error


def _clinicians(said: Sequence[ReadingRetraction]) -> set[str]:
    """Which of those who said it are clinicians, as the retractions name them."""
    ids = {row.retracted_by.removeprefix("user:") for row in said}
    users = [int(text) for text in ids if text.isascii() and text.isdigit()]
    if not users:
        return set()
    rows = User.objects.filter(pk__in=users, role=Role.CLINICIAN).values_list("pk", flat=True)
    return {f"user:{pk}" for pk in rows}
