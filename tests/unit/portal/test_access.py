"""Break-glass, family, support desk, budget and "who saw my data", as people meet them."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from healthcare.accounts.models import HospitalStaff, User
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting
from healthcare.patients.models import BreakGlass, Patient, Purpose, Watcher
from healthcare.patients.models.break_glass import LASTS
from healthcare.subscribers.models import Line
from tests.cast import Cast
from tests.factories import CareRelationshipFactory, ConsentFactory, PatientFactory
from tests.looking import access_events, audit_records
from tests.unit.portal.conftest import Day, SignIn
from tests.unit.portal.test_clinic import counts, ward  # noqa: F401  a fixture

SYSTEM = Scope.system("test")
# What was measured and concluded of Hanako in the fixture of a clinic day.
HEALTH = ("mmHg", "138/", "130/", "188", "Urgent", "above goal", "Last reading", "last reading")
WHO = {"family_name": "佐藤", "given_name": "花子", "birth_date": "1958-04-09"}
REASON = "found on the floor, no papers"


def text(client: Client, name: str, *args: int) -> str:
    return client.get(reverse(f"portal:{name}", args=args)).content.decode()


def emergency(client: Client, **posted: str) -> tuple[int, str]:
    answer = client.post(reverse("portal:clinic:emergency"), posted)
    return answer.status_code, answer.content.decode() or answer["Location"]


def test_an_emergency_from_the_form_to_the_closed_record(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    with acting_in(SYSTEM):
        BreakGlass.objects.update(period=BreakGlass.objects.get().period.__class__(
            day.now - 2 * LASTS, day.now - LASTS))  # fmt: skip
    client = sign_in(cast.charlie)
    record = reverse("portal:clinic:opened", args=[day.patient])
    assert client.get(record).status_code == 404, "an opening that is over opens nothing"
    status, page = emergency(client, **WHO, reason="short")
    assert (status, "Say why in a sentence" in page) == (422, True)
    status, page = emergency(client, **{**WHO, "given_name": "花"}, reason=REASON)
    assert (status, "Nobody has exactly these details" in page) == (422, True)
    assert emergency(client, **WHO, reason=REASON)[0] == 302
    shown = client.get(record).content.decode()
    assert "to read only, until" in shown
    assert "138/" in shown
    assert f'action="{reverse("portal:clinic:close-opened", args=[day.patient])}"' in shown
    main = shown.split("<main")[1]
    assert main.count("<form") == 1, "closing is all that can be done here"
    assert client.get(reverse("portal:clinic:patient", args=[day.patient])).status_code == 404
    goal, report = {"systolic": 130, "diastolic": 80}, {"days": 7}
    for name, posted in (("goal", goal), ("request-report", report)):
        url = reverse(f"portal:clinic:{name}", args=[day.patient])
        assert client.post(url, posted).status_code == 404, name
    alert = reverse("portal:clinic:alert", args=[day.alert])
    assert client.post(alert, {"do": "acknowledge"}).status_code == 404
    assert "佐藤" not in text(client, "clinic:worklist")
    assert client.get(f"/api/v1/patients/{day.patient}/readings").status_code == 404
    client.post(reverse("portal:clinic:close-opened", args=[day.patient]))
    assert client.get(record).status_code == 404


def test_the_member_reads_who_opened_the_record_and_why(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    User.objects.filter(pk=cast.charlie.pk).update(first_name="Dr Charlie Mori")
    text(sign_in(cast.charlie), "clinic:opened", day.patient)
    for _ in range(3):
        text(sign_in(cast.alice), "clinic:patient", day.patient)
    text(sign_in(cast.wataru), "my:along", day.patient)
    shown = text(sign_in(cast.member), "my:seen")
    rows = re.findall(r"<li.*?</li>", shown.split("<main")[1], re.DOTALL)
    family, care, opened = (re.sub(r"<[^>]+>|\s+", " ", row) for row in rows)
    for words in ("Dr Charlie Mori", "Minami Hospital", "in an emergency"):
        assert words in opened
    assert "Reason given: “unconscious in our emergency room”" in opened
    assert "alice" in care
    assert "Kita Hospital" in care
    assert "for your care" in care
    assert "3 times" in care
    assert "wataru" in family
    assert "watches along, as you allowed" in family
    assert "times in Asia/Tokyo" in shown


def test_the_lead_is_shown_a_notice_and_looks_at_it(cast: Cast, day: Day, sign_in: SignIn) -> None:
    assert "Notices" not in text(sign_in(cast.alice), "clinic:worklist")
    client = sign_in(cast.bob)
    assert re.search(r'Notices <span class="chip warn">1<', text(client, "clinic:worklist"))
    shown = text(client, "clinic:notices")
    for words in ("charlie", "Minami Hospital", "佐藤 花子", "unconscious in our emergency room"):
        assert words in shown
    client.post(reverse("portal:clinic:notice", args=[day.notice]))
    assert "looked at by bob" in text(client, "clinic:notices")
    assert 'chip warn">1<' not in text(client, "clinic:worklist")


def test_panels_narrow_the_worklist_and_counts_add_up(
    cast: Cast,
    day: Day,
    ward: list[int],  # noqa: F811
    sign_in: SignIn,
) -> None:
    client = sign_in(cast.bob)
    url = reverse("portal:clinic:panel", args=[day.panel])
    client.post(url, {"do": "join"})
    for patient in (day.patient, ward[0], ward[1]):
        place = reverse("portal:clinic:place", args=[patient])
        client.post(place, {"do": "on", "panel": day.panel})
    client.post(reverse("portal:clinic:place", args=[ward[1]]), {"do": "off", "panel": day.panel})
    for query in ("mine", str(day.panel)):
        shown = client.get(f"/clinic/?panel={query}").content.decode()
        everybody, *buckets = counts(shown)
        assert everybody == sum(buckets) == 2, query
        assert shown.count('class="name" href') == 2
        assert f"bucket=urgent&amp;sort=severity&amp;panel={query}" in shown
    assert counts(client.get("/clinic/").content.decode())[0] == 7
    for nonsense in ("0", "999999", "x", "-1"):
        assert counts(client.get(f"/clinic/?panel={nonsense}").content.decode())[0] == 7, nonsense
    page = text(client, "clinic:patient", day.patient)
    assert f'<a href="/clinic/?panel={day.panel}">' in page.split('id="panels-title"')[1]
    client.post(url, {"do": "assign", "user": cast.alice.pk})
    assert counts(sign_in(cast.alice).get("/clinic/?panel=mine").content.decode())[0] == 2


def test_a_panel_of_another_hospital_is_absent(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.charlie)
    for do in ("join", "close", "assign"):
        url = reverse("portal:clinic:panel", args=[day.panel])
        assert client.post(url, {"do": do, "user": cast.charlie.pk}).status_code == 404
    client = sign_in(cast.alice)
    shown = client.post(
        reverse("portal:clinic:panel", args=[day.panel]), {"do": "close"}, follow=True
    ).content.decode()
    assert "Only a lead of your hospital may do this." in shown


def test_a_code_lets_a_new_person_watch_along(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    shown = client.post(reverse("portal:my:family")).content.decode()
    code = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", shown)
    assert code is not None
    assert code.group() not in text(client, "my:family"), "it is shown once"
    client.logout()
    form = {"code": "AAAA-AAAA-AAAA", "full_name": "Yuki Sato", "username": "yuki"}
    form["password"] = "a long password of yuki"
    url = reverse("portal:join")
    assert client.post(url, form).status_code == 422
    assert not User.objects.filter(username="yuki").exists(), "a wrong code makes no log-in"
    weak = client.post(url, {**form, "code": code.group(), "password": "short"})
    assert weak.status_code == 422
    assert client.post(url, {**form, "code": code.group()}).status_code == 302
    yuki = User.objects.get(username="yuki")
    client = sign_in(yuki)
    assert client.get(reverse("portal:my:home"), follow=True).status_code == 200
    assert "佐藤 花子" in text(client, "my:watching")
    home = text(client, "my:along", day.patient)
    assert "Blood pressure, last 30 days" in home
    assert "Your average" not in home
    assert "Yuki Sato" in text(sign_in(cast.member), "my:family")


def test_who_watches_along_sees_readings_and_nothing_else(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.wataru)
    for name in ("along", "along-readings", "along-sleep"):
        assert client.get(reverse(f"portal:my:{name}", args=[day.patient])).status_code == 200
        assert client.get(reverse(f"portal:my:{name}", args=[cast.taro.pk])).status_code == 404
    for own in ("readings", "sleep", "invoices", "consent", "seen", "packages", "family"):
        answer = client.get(reverse(f"portal:my:{own}"))
        assert (answer.status_code, answer["Location"]) == (302, reverse("portal:my:watching"))
    assert client.get(f"/api/v1/patients/{day.patient}/readings").status_code == 404
    assert client.get("/api/v1/devices").json()["results"] == []
    assert client.get("/api/v1/invoices").json()["results"] == []


def test_the_member_ends_it_and_so_does_the_watcher(cast: Cast, day: Day, sign_in: SignIn) -> None:
    along = reverse("portal:my:along", args=[day.patient])
    with acting_in(SYSTEM):
        other = Watcher.objects.create(
            patient=cast.taro, invited_at=day.now, expires_at=day.now, code_hash=b"x"
        ).pk
    client = sign_in(cast.member)
    assert client.post(reverse("portal:my:end-watching", args=[other])).status_code == 404
    client.post(reverse("portal:my:end-watching", args=[day.watcher]))
    assert sign_in(cast.wataru).get(along).status_code == 404
    with acting_in(SYSTEM):
        again = Watcher.objects.get(pk=day.watcher)
        again.period = again.period.__class__(timezone.now() - timedelta(hours=1), None)
        again.save()
    client = sign_in(cast.wataru)
    assert client.get(along).status_code == 200
    client.post(reverse("portal:my:leave-watching", args=[day.patient]))
    assert client.get(along).status_code == 404


def test_a_withdrawn_consent_closes_it_for_the_family_too(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    with acting_in(SYSTEM):
        consenting.withdraw(
            patient=cast.hanako, purposes=[Purpose.CARE], now=timezone.now(), by=cast.member.actor
        )
    client = sign_in(cast.wataru)
    assert client.get(reverse("portal:my:along", args=[day.patient])).status_code == 404
    assert "佐藤" not in text(client, "my:watching")


def test_the_desk_sees_membership_and_no_health_data(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.sam)
    sought = {"operator": "demo", "operator_subscriber_id": "HANAKO"}
    shown = client.post(reverse("portal:support"), {**sought, "reason": "device"}).content.decode()
    found = shown.split('aria-labelledby="found-title"')[1]
    with acting_in(SYSTEM):
        number = Line.objects.get(contract__patient=cast.hanako).number
    for words in ("佐藤 花子", "HANAKO", f"•••• {number[-4:]}", "Premium", "(given)", "not given"):
        assert words in found
    assert re.search(r"\d{4}-0000000\d", found), "the number of an invoice"
    assert number[:-4] not in shown
    assert [word for word in HEALTH if word in shown] == []
    assert access_events(actor_id=str(cast.sam.pk)) == []
    assert len(audit_records(action="subscribers.looked_up")) == 1
    for refused in ({**sought}, {**sought, "reason": "curiosity"}):
        answer = client.post(reverse("portal:support"), refused)
        assert answer.status_code == 422
        assert "佐藤" not in answer.content.decode()
    assert (
        client.get(reverse("portal:support") + "?operator_subscriber_id=HANAKO").status_code == 200
    )


def test_neither_desk_nor_operator_nor_administrator_reads_by_the_api(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    for user in (cast.sam, cast.olga, cast.ada, cast.oscar):
        client = sign_in(user)
        for path in ("readings", "summary?from=2026-01-01&to=2026-01-02"):
            assert client.get(f"/api/v1/patients/{day.patient}/{path}").status_code == 404
        assert client.get("/api/v1/devices").json()["results"] == []
    assert access_events() == []


def test_the_budget_stops_and_a_reason_goes_on(cast: Cast, day: Day, sign_in: SignIn) -> None:
    with acting_in(SYSTEM):
        other = PatientFactory()
        CareRelationshipFactory(patient=other, hospital=cast.kita)
        ConsentFactory(patient=other)
    Hospital.objects.filter(pk=cast.kita.pk).update(patients_a_day=1)
    client = sign_in(cast.alice)
    first, second = (reverse("portal:clinic:patient", args=[pk]) for pk in (day.patient, other.pk))
    assert client.get(first).status_code == 200
    stopped = client.get(f"{second}?days=7")
    assert stopped.status_code == 429
    assert other.family_name not in stopped.content.decode()
    assert "You have looked at 1 patient today" in stopped.content.decode()
    api = client.get(f"/api/v1/patients/{other.pk}/readings")
    assert (api.status_code, api["Content-Type"]) == (429, "application/problem+json")
    assert client.get(first).status_code == 200
    assert client.get(reverse("portal:clinic:worklist")).status_code == 200
    lift = reverse("portal:clinic:budget")
    assert client.post(lift, {"reason": "no"}).status_code == 422
    went_on = client.post(lift, {"reason": REASON, "next": f"{second}?days=7"})
    assert went_on["Location"] == f"{second}?days=7"
    assert client.get(second).status_code == 200
    assert REASON in text(sign_in(cast.bob), "clinic:notices")
    assert client.post(lift, {"reason": REASON, "next": "https://x.example/"})["Location"] != (
        "https://x.example/"
    )


def test_a_partial_of_the_page_is_one_view_too(cast: Cast, day: Day, sign_in: SignIn) -> None:
    url = reverse("portal:clinic:patient", args=[day.patient])
    sign_in(cast.alice).get(f"{url}?days=7", headers={"HX-Request": "true"})
    assert len(access_events(what="clinic.patient")) == 1


def test_who_left_the_hospital_has_no_door(cast: Cast, day: Day, sign_in: SignIn) -> None:
    """Charlie's opening stands, but he works nowhere any more."""
    staff = HospitalStaff.objects.get(user=cast.charlie)
    staff.period = staff.period.__class__(staff.period.lower, day.now)
    staff.save()
    url = reverse("portal:clinic:opened", args=[day.patient])
    assert sign_in(cast.charlie).get(url).status_code == 403
    with acting_in(SYSTEM):
        assert Patient.objects.filter(pk=day.patient).exists()
