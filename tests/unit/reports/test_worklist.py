"""The worklist: everybody in care is in exactly one bucket, most serious first."""

from datetime import UTC, date, datetime, timedelta

import pytest

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from reports.models import Alert, AlertKind, AlertState, Bucket, PatientState
from reports.monitoring import refreshing, state, watching, worklist
from tests.cast import Cast
from tests.factories import CareRelationshipFactory, ConsentFactory, PatientFactory
from tests.measuring import measure, measure_days

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def refresh(now: datetime = NOW) -> None:
    while refreshing.refresh(limit=2, now=now):
        pass


def add(cast: Cast, name: str) -> int:
    patient = PatientFactory(family_name_kana=name)
    CareRelationshipFactory(patient=patient, hospital=cast.kita)
    ConsentFactory(patient=patient)
    return patient.pk


@pytest.fixture
def fleet(cast: Cast) -> dict[str, int]:
    """One patient for each bucket; Hanako measured nothing. Returns ids by what is to be found."""
    with acting_in(Scope.system("test")):
        people = {name: add(cast, name) for name in ("stable", "above", "worse", "few", "silent")}
        start = TODAY - timedelta(days=29)
        by_name = {n: PatientFactory._meta.model.objects.get(pk=pk) for n, pk in people.items()}
        measure_days(by_name["stable"], start, 30, morning=120, evening=116)
        measure_days(by_name["above"], start, 30, morning=138, evening=130)
        measure_days(by_name["worse"], start, 23, morning=120, evening=116)
        measure_days(by_name["worse"], start + timedelta(days=23), 7, morning=140, evening=136)
        measure_days(by_name["few"], TODAY - timedelta(days=1), 2, morning=120, evening=116)
        measure_days(by_name["silent"], start, 15, morning=120, evening=116)
    refresh()
    return {"hanako": cast.hanako.pk, **people}


def buckets() -> dict[int, str]:
    with acting_in(Scope.system("test")):
        return dict(PatientState.objects.values_list("pk", "bucket"))


def test_each_lands_in_the_bucket_that_words_can_explain(fleet: dict[str, int]) -> None:
    found = buckets()
    assert {name: found[pk] for name, pk in fleet.items()} == {
        "hanako": Bucket.NO_DATA,
        "stable": Bucket.STABLE,
        "above": Bucket.ABOVE_GOAL,
        "worse": Bucket.WORSENING,
        "few": Bucket.NO_DATA,
        "silent": Bucket.NO_DATA,
    }


def test_counts_add_up_to_the_patients_visible(fleet: dict[str, int], cast: Cast) -> None:
    with acting_in(scope_for(cast.alice, now=NOW)):
        page = worklist.page(now=NOW)
        assert sum(page.counts.values()) == page.total == len(fleet) == len(page.rows)
        only = worklist.page(bucket=Bucket.ABOVE_GOAL, now=NOW)
        assert [row.state.pk for row in only.rows] == [fleet["above"]]
        assert only.total == len(fleet)
    with acting_in(scope_for(cast.charlie, now=NOW)):
        assert worklist.page(now=NOW).total == 0


def test_the_most_serious_stands_first(fleet: dict[str, int], cast: Cast) -> None:
    with acting_in(scope_for(cast.alice, now=NOW)):
        severities = [row.state.severity for row in worklist.page(now=NOW).rows]
    assert severities == sorted(severities)
    assert severities[0] == 1


def test_search_finds_by_the_start_of_a_name(fleet: dict[str, int], cast: Cast) -> None:
    with acting_in(scope_for(cast.alice, now=NOW)):
        assert [r.state.pk for r in worklist.page(search="abo", now=NOW).rows] == [fleet["above"]]
        assert worklist.page(search="佐藤 花", now=NOW).rows[0].state.pk == fleet["hanako"]
        assert worklist.page(search="nobody", now=NOW).rows == []


def test_silence_and_worsening_open_an_alert_once(fleet: dict[str, int]) -> None:
    refresh(NOW + timedelta(hours=13))
    refresh(NOW + timedelta(hours=26))
    with acting_in(Scope.system("test")):
        opened = dict(Alert.objects.values_list("patient_id", "kind"))
        assert Alert.objects.count() == 2
    assert opened == {
        fleet["worse"]: AlertKind.WORSENING,
        fleet["silent"]: AlertKind.MISSING,
    }


def test_who_measures_again_is_no_longer_missing(fleet: dict[str, int], cast: Cast) -> None:
    noticed = NOW + timedelta(hours=13)
    refresh(noticed)
    with acting_in(Scope.system("test")):
        patient = cast.hanako.__class__.objects.get(pk=fleet["silent"])
        assert Alert.objects.get(patient=patient).state == AlertState.OPEN
        measure(patient, [(noticed + timedelta(minutes=30), 120, 70)])
        watching.note_news([patient.pk], at=noticed + timedelta(minutes=31))
    refresh(noticed + timedelta(hours=1))
    with acting_in(Scope.system("test")):
        alert = Alert.objects.get(patient_id=fleet["silent"])
        assert alert.state == AlertState.RESOLVED
        assert alert.notes.get().author is None


def test_whose_device_sends_old_readings_now_is_not_silent(cast: Cast) -> None:
    with acting_in(Scope.system("test")):
        measure_days(cast.hanako, TODAY - timedelta(days=29), 10)
        watching.note_news([cast.hanako.pk], at=NOW)
    refresh(NOW + timedelta(minutes=2))
    with acting_in(Scope.system("test")):
        assert not Alert.objects.filter(patient=cast.hanako).exists()


def test_the_command_waits_for_no_minute_to_pass(fleet: dict[str, int]) -> None:
    with acting_in(Scope.system("test")):
        watching.note_news([fleet["stable"]], at=NOW + timedelta(seconds=5))
    assert refreshing.refresh_everything(now=NOW + timedelta(seconds=6)) == 1


def test_low_pressure_twice_in_a_session_is_urgent(cast: Cast) -> None:
    with acting_in(Scope.system("test")):
        early = NOW - timedelta(hours=2)
        measure(cast.hanako, [(early, 88, 60), (early + timedelta(minutes=3), 86, 58)])
    refresh()
    assert buckets()[cast.hanako.pk] == Bucket.URGENT


def test_a_row_without_news_is_not_computed_again(fleet: dict[str, int]) -> None:
    assert refreshing.refresh(limit=10, now=NOW + timedelta(hours=1)) == 0
    with acting_in(Scope.system("test")):
        watching.note_news([fleet["stable"]], at=NOW + timedelta(minutes=1))
    assert refreshing.refresh(limit=10, now=NOW + timedelta(hours=1)) == 1


def test_news_within_a_minute_waits(fleet: dict[str, int]) -> None:
    with acting_in(Scope.system("test")):
        watching.note_news([fleet["stable"]], at=NOW + timedelta(seconds=5))
    assert refreshing.refresh(limit=10, now=NOW + timedelta(seconds=30)) == 0
    assert refreshing.refresh(limit=10, now=NOW + timedelta(seconds=61)) == 1


def test_news_that_come_during_the_computation_stay_news(fleet: dict[str, int]) -> None:
    with acting_in(Scope.system("test")):
        state.compute(fleet["stable"], now=NOW + timedelta(hours=1))
        # Received before the computation, committed after it.
        watching.note_news([fleet["stable"]], at=NOW + timedelta(minutes=59))
        state.take_news(now=NOW + timedelta(hours=2))
        assert state.waiting(limit=10, now=NOW + timedelta(hours=3)) == [fleet["stable"]]


def test_a_page_asks_a_bounded_number_of_queries(
    fleet: dict[str, int], cast: Cast, django_assert_max_num_queries
) -> None:
    with acting_in(scope_for(cast.alice, now=NOW)), django_assert_max_num_queries(8):
        worklist.page(now=NOW)
