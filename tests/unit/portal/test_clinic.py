"""The worklist and the patient page: what they show, what clinicians do there, what it costs."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from devices.retracting import withdraw
from devices.stored_rows import Identity
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Consent, Purpose
from reports.models import Alert, AlertState, Bucket, PatientGoal, Report, ReportState
from reports.monitoring import refreshing, state
from tests.cast import Cast
from tests.factories import CareRelationshipFactory, ConsentFactory, PatientFactory
from tests.looking import access_events
from tests.measuring import TOKYO, device_of, measure_days
from tests.unit.portal.conftest import Day, SignIn

WORKLIST = "/clinic/"
SYSTEM = Scope.system("test")


def page(day: Day, **query: str) -> str:
    tail = "&".join(f"{name}={value}" for name, value in query.items())
    return reverse("portal:clinic:patient", args=[day.patient]) + (f"?{tail}" if tail else "")


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def counts(html: str) -> list[int]:
    shelves = html.split('class="shelves"')[1].split("</nav>")[0]
    return [int(n) for n in re.findall(r'class="big num">(\d+)<', shelves)]


@pytest.fixture
def ward(cast: Cast, day: Day) -> list[int]:
    """Six more patients of Kita with readings."""
    with acting_in(SYSTEM):
        added = []
        for n in range(6):
            patient = PatientFactory(family_name=f"患者{n}", family_name_kana=f"カンジャ{n}")
            CareRelationshipFactory(patient=patient, hospital=cast.kita)
            ConsentFactory(patient=patient)
            measure_days(patient, day.today - timedelta(days=29), 29, morning=118 + 4 * n)
            added.append(patient.pk)
        state.add_missing_rows(now=day.now)
        refreshing.refresh(limit=50, now=day.now)
    return added


def test_counts_add_up_and_filter(cast: Cast, ward: list[int], sign_in: SignIn) -> None:
    client = sign_in(cast.alice)
    everybody, *buckets = counts(text(client, WORKLIST))
    assert everybody == len(ward) + 1 == sum(buckets)
    for bucket, count in zip(Bucket, buckets, strict=True):
        shown = text(client, f"{WORKLIST}?bucket={bucket.value}")
        assert shown.count('class="name" href="/clinic/patients/') == count, bucket


def test_the_most_serious_comes_first(
    cast: Cast, day: Day, ward: list[int], sign_in: SignIn
) -> None:
    shown = text(sign_in(cast.alice), WORKLIST)
    order = [int(pk) for pk in re.findall(r'class="name" href="/clinic/patients/(\d+)/', shown)]
    assert order[0] == day.patient
    assert "188/112 mmHg" in shown


def test_only_patients_on_the_page_are_recorded_as_seen(
    cast: Cast, day: Day, ward: list[int], sign_in: SignIn
) -> None:
    client = sign_in(cast.alice)
    shown = text(client, f"{WORKLIST}?bucket=urgent")
    assert {event.patient_id for event in access_events()} == {day.patient}
    assert "患者" not in shown


def test_a_name_is_searched_without_standing_in_the_address(
    cast: Cast, ward: list[int], sign_in: SignIn
) -> None:
    answer = sign_in(cast.alice).post(WORKLIST, {"search": "患者3"})
    shown = answer.content.decode()
    assert shown.count('class="name"') == 1
    assert "患者3" in shown


@pytest.mark.parametrize(
    "query", ["bucket=nonsense", "page=0", "page=-1", "page=99999999999", "sort=;drop", "page=٣"]
)
def test_a_mangled_address_shows_the_worklist(
    query: str, cast: Cast, day: Day, sign_in: SignIn
) -> None:
    assert sign_in(cast.alice).get(f"{WORKLIST}?{query}").status_code == 200


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(url)
    return len(captured)


def test_the_worklist_asks_the_same_for_one_patient_and_for_seven(
    cast: Cast, day: Day, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(cast.alice)
    few = queries(client, WORKLIST)
    request.getfixturevalue("ward")
    many = queries(client, WORKLIST)
    # Session, user, staff, hospital, scope in and out, savepoints; the worklist itself is 8.
    assert 8 < many <= few <= 20


def test_the_patient_page_asks_the_same_for_7_and_for_90_days(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.alice)
    week, quarter = (queries(client, page(day, days=days)) for days in ("7", "90"))
    # As the worklist's: session, user, staff, scope in and out, savepoints are 8, who looked is 2;
    # what no longer counts is 1.
    assert 8 < week == quarter <= 26


def test_the_patient_page_asks_the_same_whatever_was_done(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.bob)
    fresh = queries(client, page(day))
    act(client, day, do="acknowledge", note="on it")
    act(client, day, do="resolve", note="spoke with her")
    client.post(
        reverse("portal:clinic:place", args=[day.patient]), {"panel": day.panel, "do": "on"}
    )
    client.post(
        reverse("portal:clinic:goal", args=[day.patient]), {"systolic": "140", "diastolic": "90"}
    )
    assert "140" in text(client, page(day))
    assert queries(client, page(day)) == fresh


def test_goal_and_threshold_are_two_lines(cast: Cast, day: Day, sign_in: SignIn) -> None:
    shown = text(sign_in(cast.alice), page(day))
    assert "Above goal &lt;125/75" in shown
    assert "Below threshold 135/85" in shown
    assert "The diagnostic threshold 135/85 is another line" in shown
    assert "Rules not approved for clinical use · jsh2025-home v1" in shown


def test_times_name_their_zone_and_readings_their_age(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    shown = text(sign_in(cast.alice), page(day))
    assert "times in Asia/Tokyo" in shown
    assert re.search(r"Last reading \d+ (h|days?|min) ago", shown)
    assert "mmHg" in shown


def test_too_few_readings_are_not_judged(cast: Cast, day: Day, sign_in: SignIn) -> None:
    with acting_in(SYSTEM):
        patient = PatientFactory()
        CareRelationshipFactory(patient=patient, hospital=cast.kita)
        ConsentFactory(patient=patient)
        measure_days(patient, day.today - timedelta(days=2), 2, morning=170, evening=165)
    shown = text(sign_in(cast.alice), reverse("portal:clinic:patient", args=[patient.pk]))
    assert "Too few readings to judge" in shown
    assert "Above goal" not in shown
    assert "Category:" not in shown


def test_the_chart_has_its_table_twin(cast: Cast, day: Day, sign_in: SignIn) -> None:
    shown = text(sign_in(cast.alice), page(day))
    assert shown.count('class="chart on-wide"') == shown.count('class="chart on-narrow"') >= 3
    twin = shown.split("<caption>Blood pressure over time")[1].split("</table>")[0]
    # 28 whole days of 2 sessions lie in the last 30; today has none yet.
    assert twin.count("<tr>") - 1 == 58


def test_sleep_waits_for_its_package(cast: Cast, day: Day, sign_in: SignIn) -> None:
    with acting_in(SYSTEM):
        patient = PatientFactory()
        CareRelationshipFactory(patient=patient, hospital=cast.kita)
        ConsentFactory(patient=patient)
    shown = text(sign_in(cast.alice), reverse("portal:clinic:patient", args=[patient.pk]))
    assert "Sleep analysis is not part of the package" in shown
    assert "Mean time asleep" in text(sign_in(cast.alice), page(day))


def act(client: Client, day: Day, **posted: Any) -> str:
    url = reverse("portal:clinic:alert", args=[day.alert])
    return client.post(url, posted, follow=True).content.decode()


def alert(day: Day) -> Alert:
    with acting_in(SYSTEM):
        return Alert.objects.get(pk=day.alert)


def test_an_alert_is_acknowledged_and_resolved_with_a_note(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.alice)
    assert "Acknowledged" in act(client, day, do="acknowledge")
    assert alert(day).state == AlertState.ACKNOWLEDGED
    assert "Say in a few words" in act(client, day, do="resolve")
    assert alert(day).state == AlertState.ACKNOWLEDGED
    assert "Resolved." in act(client, day, do="resolve", note="Called her: 142/88 on repeat")
    assert alert(day).state == AlertState.RESOLVED
    assert "resolved already" in act(client, day, do="resolve", note="again")
    assert "Called her: 142/88 on repeat" in text(client, page(day))


def test_an_alert_put_aside_says_until_when(cast: Cast, day: Day, sign_in: SignIn) -> None:
    act(sign_in(cast.alice), day, do="snooze")
    found = alert(day)
    assert found.state == AlertState.SNOOZED
    assert found.snoozed_until is not None
    assert found.snoozed_until > day.now


def test_after_an_act_nobody_is_sent_to_another_site(cast: Cast, day: Day, sign_in: SignIn) -> None:
    url = reverse("portal:clinic:alert", args=[day.alert])
    posted = {"do": "acknowledge", "next": "https://elsewhere.example/"}
    assert sign_in(cast.alice).post(url, posted)["Location"] == page(day)
    posted["next"] = f"{WORKLIST}?bucket=urgent"
    assert sign_in(cast.alice).post(url, posted)["Location"] == posted["next"]


def test_a_goal_is_set_and_an_impossible_one_refused(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.alice)
    url = reverse("portal:clinic:goal", args=[day.patient])
    for systolic, diastolic in (("400", "80"), ("", "80"), ("95", "110")):
        answer = client.post(url, {"systolic": systolic, "diastolic": diastolic})
        assert answer.status_code == 422
        assert 'class="errorlist' in answer.content.decode()
    client.post(url, {"systolic": "140", "diastolic": "90"})
    with acting_in(SYSTEM):
        assert PatientGoal.objects.get().systolic == 140
    assert "Within goal &lt;140/90" in text(client, page(day))


def test_a_report_is_asked_for_and_refused_without_consent(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.alice)
    url = reverse("portal:clinic:request-report", args=[day.patient])
    assert "ready in about a minute" in client.post(url, {"days": 90}, follow=True).content.decode()
    with acting_in(SYSTEM):
        assert Report.objects.filter(state=ReportState.REQUESTED).count() == 1
        Consent.objects.filter(purpose=Purpose.HOSPITAL_REPORT).delete()
    assert "has not agreed" in client.post(url, {"days": 30}, follow=True).content.decode()
    assert client.post(url, {"days": 31}).status_code == 404


def test_a_report_is_a_pdf_of_this_hospital(cast: Cast, day: Day, sign_in: SignIn) -> None:
    url = reverse("portal:clinic:report", args=[day.report])
    answer = sign_in(cast.alice).get(url)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "佐藤" not in answer["Content-Disposition"]


def test_a_withdrawn_consent_closes_the_page_at_once(cast: Cast, day: Day, sign_in: SignIn) -> None:
    with acting_in(SYSTEM):
        Consent.objects.filter(purpose=Purpose.CARE).delete()
    client = sign_in(cast.alice)
    assert client.get(page(day)).status_code == 404
    assert client.get(reverse("portal:clinic:report", args=[day.report])).status_code == 404


@pytest.mark.parametrize("hints", [(), ("oximetry",)])
def test_weight_and_oxygen_stand_beside_the_rest(
    cast: Cast, day: Day, sign_in: SignIn, settings: Any, hints: tuple[str, ...]
) -> None:
    settings.EXPERIMENTAL_HINTS = hints
    html = text(sign_in(cast.alice), page(day))
    assert 'id="weight-title"' in html
    assert "62.1" in html
    assert ("ODI3" in html) == ("experimental" in html) == bool(hints)
    assert sign_in(cast.charlie).get(page(day)).status_code == 404


def test_what_was_taken_back_leaves_every_kind_on_the_page(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.alice)

    def last_value() -> str:
        card = text(client, page(day)).split("Last value", 1)[1]
        return card.split("kg", 1)[0]

    assert "62.1" in last_value()
    # `weigh` of the clinic day: 100 g less each day, the last yesterday at 07:00.
    last = datetime.combine(day.today - timedelta(days=1), time(7), TOKYO)
    with acting_in(SYSTEM):
        scale = device_of(cast.hanako, "weight")
        withdraw(
            reading=Identity(cast.hanako.pk, "weight", last, scale.pk),
            reason="the dog stood on it",
            now=day.now,
            by=cast.alice.actor,
        )
    assert "62.2" in last_value()


def test_without_a_scale_there_is_no_section(cast: Cast, sign_in: SignIn) -> None:
    html = text(sign_in(cast.alice), reverse("portal:clinic:patient", args=[cast.hanako.pk]))
    assert "weight-title" not in html
