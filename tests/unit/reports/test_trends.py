"""Low, worsening, missing and "late, high": what opens them, what never does, what becomes of them
when a reading they rest on is taken back."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices import queries, retracting
from devices.models import Device
from devices.stored_rows import Identity
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from reports.models import Alert, AlertEvidence, AlertKind, AlertNote, AlertState, PatientState
from reports.monitoring import alerts, refreshing, revising, state, watching
from tests.cast import Cast
from tests.measuring import TOKYO, archive_of, device_of, measure, measure_days

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # 22:00 in Tokyo
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
MINUTES = timedelta(minutes=1)
BY = command("tests")
WHY = "it was the spouse's"


def compute(patient: Patient, now: datetime = NOW) -> None:
    state.add_missing_rows(now=now)
    state.compute(patient.pk, now=now)


def opened(patient: Patient) -> list[str]:
    return sorted(Alert.objects.filter(patient=patient).values_list("kind", flat=True))


def named(patient: Patient, at: datetime, device: Device | None = None) -> Identity:
    return Identity(patient.pk, "blood_pressure", at, (device or device_of(patient)).pk)


def take_back(*readings: Identity, now: datetime = NOW) -> None:
    retracting.withdraw_all(readings=readings, reason=WHY, now=now, by=BY)


def count_again(*readings: Identity, now: datetime = NOW) -> None:
    for reading in readings:
        retracting.restore(reading=reading, reason="it was hers", now=now, by=BY)


def notes(kind: AlertKind) -> list[str]:
    found = AlertNote.objects.filter(alert__kind=kind).order_by("pk")
    return list(found.values_list("text", flat=True))


LOW = [(NOW - 2 * 60 * MINUTES, 88, 60), (NOW - (2 * 60 - 3) * MINUTES, 86, 58)]


# Low


def test_low_twice_as_it_is_measured_opens(system: Scope, hanako: Patient) -> None:
    measure(hanako, LOW[:1])
    compute(hanako)
    assert opened(hanako) == []
    measure(hanako, LOW[1:])
    compute(hanako)
    assert opened(hanako) == [AlertKind.LOW]
    assert [row.values[:2] for row in Alert.objects.get().evidence.all()] == [[88, 60], [86, 58]]


def test_a_low_session_of_an_archive_opens_none_however_fresh(
    system: Scope, hanako: Patient
) -> None:
    measure(hanako, LOW, device=archive_of(hanako))
    compute(hanako)
    assert opened(hanako) == []
    # The cuff itself sends what the file brought: it is the cuff's word that counts.
    measure(hanako, LOW)
    compute(hanako)
    assert opened(hanako) == [AlertKind.LOW]


def test_half_of_an_archive_makes_no_session_low(system: Scope, hanako: Patient) -> None:
    measure(hanako, LOW[:1], device=archive_of(hanako))
    measure(hanako, LOW[1:])
    compute(hanako)
    assert opened(hanako) == []


def test_a_low_session_of_two_days_ago_opens_none(system: Scope, hanako: Patient) -> None:
    measure(hanako, [(at - 2 * DAY, s, d) for at, s, d in LOW], late=2 * DAY)
    compute(hanako)
    assert opened(hanako) == []


def test_the_same_low_session_by_a_second_road_is_no_new_evidence(
    system: Scope, hanako: Patient, alice: Any
) -> None:
    # Registered before the cuff, so that it is the one that counts once it has sent, too.
    other = Device.objects.create(serial="other", kind="blood_pressure", registered_at=NOW)
    measure(hanako, LOW)
    compute(hanako)
    alerts.resolve(alert_id=Alert.objects.get().pk, note="she drank", now=NOW, by=alice)
    measure(hanako, [(at + timedelta(seconds=10), s, d) for at, s, d in LOW], device=other)
    compute(hanako)
    assert [alert.state for alert in Alert.objects.all()] == [AlertState.RESOLVED]


def test_what_a_low_alert_rests_on_is_taken_back(
    system: Scope, hanako: Patient, cast: Cast
) -> None:
    measure(hanako, LOW)
    compute(hanako)
    take_back(named(hanako, LOW[0][0]))
    assert [text.split(":")[0] for text in notes(AlertKind.LOW)] == [
        "A reading that this alert rests on no longer counts"
    ]
    alert = Alert.objects.get()
    # Somebody may have acted on it: it stands until a person resolves it.
    assert (alert.state, alert.evidence.count()) == (AlertState.OPEN, 2)
    with acting_in(scope_for(cast.charlie, now=NOW)):
        assert not Alert.objects.exists()
        assert not AlertNote.objects.exists()
    with acting_in(scope_for(cast.alice, now=NOW)):
        assert AlertNote.objects.count() == 1
        alerts.resolve(alert_id=alert.pk, note="it was her husband", now=NOW, by=cast.alice)
    compute(hanako)
    assert Alert.objects.get().state == AlertState.RESOLVED
    # Only new readings open one again.
    later = NOW + 30 * MINUTES
    measure(hanako, [(later, 87, 60), (later + MINUTES, 85, 60)])
    compute(hanako, later + 5 * MINUTES)
    assert sorted(Alert.objects.values_list("state", flat=True)) == ["open", "resolved"]


def test_what_a_low_alert_rests_on_counts_again(system: Scope, hanako: Patient) -> None:
    measure(hanako, LOW)
    compute(hanako)
    first = named(hanako, LOW[0][0])
    take_back(first)
    count_again(first)
    compute(hanako)
    assert notes(AlertKind.LOW) == [revising.NO_LONGER, revising.AGAIN]
    assert [alert.state for alert in Alert.objects.all()] == [AlertState.OPEN]


def test_a_crisis_that_counts_again_rings_once(system: Scope, hanako: Patient) -> None:
    at = NOW - 10 * MINUTES
    measure(hanako, [(at, 190, 110)])
    take_back(named(hanako, at))
    count_again(named(hanako, at))
    assert opened(hanako) == [AlertKind.CRISIS]
    take_back(named(hanako, at))
    count_again(named(hanako, at))
    assert opened(hanako) == [AlertKind.CRISIS]
    assert notes(AlertKind.CRISIS) == [revising.NO_LONGER, revising.AGAIN]


def test_a_reading_that_is_moved_there_and_back_re_opens_nothing(
    system: Scope, hanako: Patient, taro: Patient, alice: Any
) -> None:
    measure(hanako, LOW)
    compute(hanako)
    alerts.resolve(alert_id=Alert.objects.get().pk, note="called", now=NOW, by=alice)
    mine = [named(hanako, at) for at, _, _ in LOW]
    retracting.move(readings=mine, to=taro.pk, reason=WHY, now=NOW, by=BY)
    compute(taro)
    assert opened(taro) == [AlertKind.LOW]
    back = [Identity(taro.pk, r.kind, r.at, r.device_id, r.device_reading_id) for r in mine]
    retracting.move(readings=back, to=hanako.pk, reason="it was hers", now=NOW, by=BY)
    compute(hanako)
    assert [alert.state for alert in Alert.objects.filter(patient=hanako)] == ["resolved"]
    assert AlertNote.objects.filter(alert__patient=taro).count() == 1


# Worsening

BEFORE = TODAY - timedelta(days=34)
RECENT = TODAY - timedelta(days=6)
LATE = 2 * DAY


def test_a_worse_week_as_it_is_measured_opens(system: Scope, hanako: Patient) -> None:
    measure_days(hanako, BEFORE, 28, morning=120, evening=120)
    measure_days(hanako, RECENT, 7, morning=131, evening=131)
    compute(hanako)
    assert opened(hanako) == [AlertKind.WORSENING]
    assert Alert.objects.get().reason == {"difference": 11, "until": "2026-11-20"}


@pytest.mark.parametrize("recent", [True, False])
def test_a_week_or_weeks_of_an_archive_open_none(
    system: Scope, hanako: Patient, recent: bool
) -> None:
    how: dict[str, Any] = {"device": archive_of(hanako)}
    measure_days(hanako, BEFORE, 28, morning=120, evening=120, **({} if recent else how))
    measure_days(hanako, RECENT, 7, morning=150, evening=150, **(how if recent else {}))
    compute(hanako)
    assert opened(hanako) == []
    # They are on the charts and in the means all the same.
    assert PatientState.objects.get(patient=hanako).mean_systolic == pytest.approx(127, abs=1)


def test_a_worse_week_that_a_cuff_kept_opens_when_it_comes(system: Scope, hanako: Patient) -> None:
    measure_days(hanako, BEFORE, 28, morning=120, evening=120, late=7 * DAY)
    compute(hanako)
    assert opened(hanako) == []
    measure_days(hanako, RECENT, 7, morning=131, evening=131, late=LATE)
    compute(hanako)
    assert opened(hanako) == [AlertKind.WORSENING]


def test_an_archive_holds_no_worsening_back(system: Scope, hanako: Patient) -> None:
    measure_days(hanako, BEFORE, 28, morning=120, evening=120)
    measure_days(hanako, RECENT, 7, morning=131, evening=131)
    noon = datetime.combine(BEFORE, time(12), TOKYO)
    high = [(noon + n * DAY, 170, 90) for n in range(28)]
    measure(hanako, high, device=archive_of(hanako))
    compute(hanako)
    assert opened(hanako) == [AlertKind.WORSENING]


def test_a_worsening_that_rested_on_what_is_taken_back_says_so_once(
    system: Scope, hanako: Patient, alice: Any
) -> None:
    measure_days(hanako, BEFORE, 28, morning=120, evening=120)
    measure_days(hanako, RECENT, 6, morning=124, evening=124)
    measure_days(hanako, TODAY, 1, morning=160, evening=160)
    measure(hanako, [(datetime.combine(TODAY, time(9, n), TOKYO), 150, 80) for n in range(10)])
    compute(hanako)
    assert opened(hanako) == [AlertKind.WORSENING]
    # One of many: still worse without it.
    take_back(named(hanako, datetime.combine(TODAY, time(9), TOKYO)))
    assert notes(AlertKind.WORSENING) == []
    for n in range(1, 10):
        take_back(named(hanako, datetime.combine(TODAY, time(9, n), TOKYO)))
    take_back(named(hanako, datetime.combine(TODAY, time(7), TOKYO)))
    (said,) = notes(AlertKind.WORSENING)
    assert "no longer counts" in said
    assert Alert.objects.get().state == AlertState.OPEN
    alerts.resolve(alert_id=Alert.objects.get().pk, note="a child's", now=NOW, by=alice)
    compute(hanako)
    assert Alert.objects.get().state == AlertState.RESOLVED


# Whatever comes late or from an archive, in whatever order

VALUES = st.sampled_from([80, 120, 179])
STRAY = st.one_of(
    st.tuples(st.just("archive"), st.integers(0, 34), st.integers(0, 600), VALUES),
    st.tuples(st.just("late"), st.integers(0, 31), st.integers(0, 600), VALUES),
)


def outcome(patient: Patient) -> set[tuple[str, str]]:
    return set(AlertEvidence.objects.filter(patient_id=patient.pk).values_list("kind", "key"))


def arrive(patient: Patient, rows: Iterable[tuple[str, datetime, int]]) -> set[tuple[str, str]]:
    """Store them one after the other, with a look after each; then forget it all."""
    mark = transaction.savepoint()
    for how, at, systolic in rows:
        device = archive_of(patient) if how == "archive" else device_of(patient)
        late = LATE if how == "late" else timedelta(0)
        measure(patient, [(at, systolic, systolic - 40)], device=device, late=late)
        state.compute(patient.pk, now=NOW)
    found = outcome(patient)
    transaction.savepoint_rollback(mark)
    return found


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    strays=st.lists(STRAY, min_size=1, max_size=6, unique_by=lambda row: row[:3]),
    recent=st.sampled_from([119, 131]),
    lows=st.integers(0, 3),
    order=st.randoms(use_true_random=False),
)
def test_an_archive_changes_no_alert_and_what_comes_late_no_low(
    cast: Cast, strays: Sequence[Any], recent: int, lows: int, order: Any
) -> None:
    def evening(day: date) -> datetime:
        return datetime.combine(day, time(21), TOKYO)

    with acting_in(Scope.system("a test")):
        hanako = cast.hanako
        state.add_missing_rows(now=NOW)
        # Months and devices exist before anything is forgotten.
        device_of(hanako)
        archive_of(hanako)
        measure(cast.taro, [(evening(BEFORE), 120, 80), (evening(TODAY), 120, 80)])
        live = [("live", evening(BEFORE + n * DAY), 120) for n in (0, 3, 9)]
        live += [("live", evening(RECENT + n * DAY), recent) for n in (1, 2, 6)]
        live += [("live", NOW - (30 - n) * MINUTES, 85 - n) for n in range(lows)]
        others = [
            (how, datetime.combine(BEFORE + day * DAY, time(10), TOKYO) + second * MINUTES, value)
            for how, day, second, value in strays
        ]
        expected = arrive(hanako, live)
        kinds = {kind for kind, _ in expected}
        assert ("low" in kinds) == (lows >= 2)
        assert ("worsening" in kinds) == (recent == 131)
        mixed = list(live)
        for row in others:
            mixed.insert(order.randint(0, len(mixed)), row)
        found = arrive(hanako, mixed)
        if all(how == "archive" for how, _, _ in others):
            assert found == expected
        assert _lows(found) == _lows(expected)


def _lows(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {each for each in found if each[0] == AlertKind.LOW}


# Missing


def test_an_archive_asks_nobody_why_they_are_silent(system: Scope, hanako: Patient) -> None:
    measure_days(hanako, TODAY - 60 * DAY, 20, device=archive_of(hanako))
    compute(hanako)
    compute(hanako, NOW + 3 * DAY)
    assert opened(hanako) == []


def test_an_archive_of_another_time_is_no_new_gap(
    system: Scope, hanako: Patient, alice: Any
) -> None:
    measure_days(hanako, TODAY - 60 * DAY, 10)
    compute(hanako)
    compute(hanako, NOW + 2 * DAY)
    alerts.resolve(alert_id=Alert.objects.get().pk, note="she is abroad", now=NOW, by=alice)
    measure_days(hanako, TODAY - 40 * DAY, 10, device=archive_of(hanako))
    watching.note_news([hanako.pk], at=NOW + 2 * DAY)
    compute(hanako, NOW + 3 * DAY)
    assert [alert.state for alert in Alert.objects.all()] == [AlertState.RESOLVED]


def test_the_last_reading_is_one_that_counts(system: Scope, hanako: Patient) -> None:
    old, new = NOW - 200 * DAY, NOW - DAY
    measure(hanako, [(old, 120, 80), (new, 121, 80)])
    compute(hanako)
    assert PatientState.objects.get(patient=hanako).last_reading_at == new
    take_back(named(hanako, new))
    compute(hanako)
    assert PatientState.objects.get(patient=hanako).last_reading_at == old


# Late, high


def arrives(patient: Patient, *times: datetime, device: Device | None = None) -> None:
    """High readings, as ingest stores and tells of them: all that is old is late."""
    measure(patient, [(at, 190, 110) for at in times], device=device, late=LATE)
    watching.on_readings_stored(
        None,
        patient_ids=[patient.pk],
        crises=queries.crises(patient_id=patient.pk, until=max(times)),
        received_at=NOW,
        archived=device is not None,
    )


def late_high(patient: Patient) -> datetime | None:
    return PatientState.objects.get(patient=patient).late_high_at


def test_late_high_goes_with_its_reading(system: Scope, hanako: Patient) -> None:
    first, second = NOW - 5 * DAY, NOW - 3 * DAY
    arrives(hanako, first, second)
    assert late_high(hanako) == second
    take_back(named(hanako, second))
    assert late_high(hanako) == first
    take_back(named(hanako, first))
    assert late_high(hanako) is None
    count_again(named(hanako, second))
    assert late_high(hanako) == second
    assert not Alert.objects.exists()


def test_late_high_stays_when_another_reading_is_taken_back(system: Scope, hanako: Patient) -> None:
    first, second = NOW - 5 * DAY, NOW - 3 * DAY
    arrives(hanako, first, second)
    take_back(named(hanako, first))
    assert late_high(hanako) == second


def test_what_opened_a_crisis_was_not_late(system: Scope, hanako: Patient) -> None:
    rang, late = NOW - 5 * DAY, NOW - 3 * DAY
    measure(hanako, [(rang, 191, 111)])
    watching.on_readings_stored(
        None,
        patient_ids=[hanako.pk],
        crises=queries.crises(patient_id=hanako.pk, until=rang),
        received_at=rang,
    )
    # The archive has both, the first a few seconds later by another clock.
    archive = archive_of(hanako)
    measure(hanako, [(rang + timedelta(seconds=20), 191, 111)], device=archive)
    arrives(hanako, late, device=archive)
    take_back(named(hanako, late, archive))
    assert late_high(hanako) is None
    assert Alert.objects.get().kind == AlertKind.CRISIS


def test_late_high_moves_with_its_reading(system: Scope, hanako: Patient, taro: Patient) -> None:
    at = NOW - 3 * DAY
    arrives(hanako, at)
    retracting.move(readings=[named(hanako, at)], to=taro.pk, reason=WHY, now=NOW, by=BY)
    assert (late_high(hanako), late_high(taro)) == (None, at)
    theirs = Identity(taro.pk, "blood_pressure", at, device_of(hanako).pk)
    retracting.move(readings=[theirs], to=hanako.pk, reason="it was hers", now=NOW, by=BY)
    assert (late_high(hanako), late_high(taro)) == (at, None)


def test_a_high_reading_of_an_archive_rings_nobody_when_it_is_moved(
    system: Scope, hanako: Patient, taro: Patient
) -> None:
    at = NOW - 10 * MINUTES
    archive = archive_of(hanako)
    measure(hanako, [(at, 190, 110)], device=archive)
    mine = named(hanako, at, archive)
    retracting.move(readings=[mine], to=taro.pk, reason=WHY, now=NOW, by=BY)
    assert not Alert.objects.exists()
    assert late_high(taro) == at


def test_the_refresh_does_not_bring_a_late_high_back(cast: Cast, hanako: Patient) -> None:
    with acting_in(Scope.system("a test")):
        at = NOW - 3 * DAY
        arrives(hanako, at)
        take_back(named(hanako, at))
    refreshing.refresh(limit=10, now=NOW)
    with acting_in(Scope.system("a test")):
        assert late_high(hanako) is None
