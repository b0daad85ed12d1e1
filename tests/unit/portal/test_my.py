"""Members: plain words, their package by preview and confirmation, invoices, consent, views."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting
from healthcare.patients.models import Purpose
from packages import queries as packages
from packages import subscribing
from packages.models import Price
from portal.my.packages import SALT
from tests.cast import Cast
from tests.factories import ConsentFactory, ContractFactory, PatientFactory, UserFactory
from tests.measuring import measure
from tests.unit.portal.conftest import BY, Day, SignIn

SYSTEM = Scope.system("test")
GRADES = ("grade", "hypertension", "masked", "Category", "elevated", "isolated")


def text(client: Client, name: str, **kwargs: object) -> str:
    return client.get(reverse(f"portal:my:{name}", kwargs=kwargs)).content.decode()


def package_of(cast: Cast, day: Day) -> str | None:
    with acting_in(SYSTEM):
        return packages.entitlements(patient_id=cast.hanako.pk, on=day.today).package


@pytest.mark.parametrize("name", ["home", "readings", "sleep", "body"])
def test_members_read_no_grades_and_no_red_verdicts(
    name: str, cast: Cast, day: Day, sign_in: SignIn
) -> None:
    shown = text(sign_in(cast.member), name).split("<main")[1]
    assert [word for word in GRADES if word in shown] == []
    assert "status bad" not in shown


def test_home_says_goal_trend_next_step_and_who_looks(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    cast.kita.watching_hours = "Monday to Friday, 9 to 17"
    cast.kita.telephone = "03-1234-5678"
    cast.kita.save()
    shown = text(sign_in(cast.member), "home")
    for words in (
        "Your goal: below 125/75",
        "Your average is above your goal.",
        "about the same as the 4 weeks before",
        "Do not change your medicine",
        "Looks at alerts: Monday to Friday, 9 to 17",
        "call 119",
    ):
        assert words in shown
    assert shown.count("tel:03-1234-5678") == 2, "beside the hospital and at the foot"


@pytest.mark.parametrize("name", ["home", "readings", "sleep"])
def test_pages_on_unsigned_rules_say_so(name: str, cast: Cast, day: Day, sign_in: SignIn) -> None:
    assert "Rules not approved for clinical use" in text(sign_in(cast.member), name)


def test_a_very_high_reading_says_measure_again(cast: Cast, day: Day, sign_in: SignIn) -> None:
    assert "was very high" not in text(sign_in(cast.member), "home")
    with acting_in(SYSTEM):
        measure(cast.hanako, [(timezone.now() - timedelta(minutes=5), 186, 104)])
    assert "was very high" in text(sign_in(cast.member), "home")


def test_history_ends_where_the_package_does(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    url = reverse("portal:my:readings")
    shown = client.get(f"{url}?days=90").content.decode()
    assert 'href="?days=90"' not in shown
    assert re.search(r'href="\?days=30" aria-current', shown)
    assert "shows the last 62 days" in shown


def preview(client: Client, **choice: str) -> str:
    return client.post(reverse("portal:my:preview"), choice).content.decode()


def confirmed(client: Client, shown: str) -> HttpResponse:
    signed = re.search(r'name="shown" value="([^"]+)"', shown)
    assert signed is not None
    return client.post(reverse("portal:my:confirm"), {"shown": signed.group(1)})


def confirm(client: Client, shown: str) -> int:
    return confirmed(client, shown).status_code


def test_taking_a_package_shows_the_amount_before_it_is_taken(cast: Cast, sign_in: SignIn) -> None:
    today = timezone.localdate()
    client = sign_in(cast.member)
    shown = preview(client, package="standard")
    assert "Confirm and pay ¥330" in shown
    with acting_in(SYSTEM):
        assert packages.current_subscription(cast.hanako.pk, today) is None
    assert confirm(client, shown) == 302
    with acting_in(SYSTEM):
        taken = packages.current_subscription(cast.hanako.pk, today)
    assert taken is not None
    assert taken.package.code == "standard"


def test_the_own_package_is_marked_in_words(cast: Cast, day: Day, sign_in: SignIn) -> None:
    shown = text(sign_in(cast.member), "packages")
    assert shown.count("your package</span>") == 1
    checked = re.findall(r'<input type="radio"[^>]*value="(\w+)"[^>]* checked', shown)
    assert checked == ["premium"]
    assert shown.count('type="radio" name="package"') == 3


def test_down_waits_for_the_end_of_the_month_and_can_be_taken_back(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.member)
    shown = preview(client, package="free")
    assert "nothing to pay now" in shown
    assert confirm(client, shown) == 302
    assert package_of(cast, day) == "premium"
    page = text(client, "packages")
    assert "your package is Free" in page
    assert confirm(client, preview(client, do="revoke")) == 302
    assert "your package is Free" not in text(client, "packages")


def test_cancelling_names_the_last_day(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    assert confirm(client, preview(client, do="cancel")) == 302
    assert "Your package ends on" in text(client, "packages")


def test_a_stale_preview_is_refused_and_shown_anew(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    shown = preview(client, package="standard")
    Price.objects.filter(version__package__code="standard").update(amount=440)
    assert confirm(client, shown) == 409
    with acting_in(SYSTEM):
        assert packages.current_subscription(cast.hanako.pk, timezone.localdate()) is None
    assert "Confirm and pay ¥440" in preview(client, package="standard")


def test_a_second_confirmation_changes_nothing(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    shown = preview(client, package="standard")
    assert [confirm(client, shown) for _ in range(2)] == [302, 409]
    with acting_in(SYSTEM):
        assert len(packages.subscriptions(cast.hanako.pk)) == 1


def test_a_preview_signed_for_something_else_is_refused(cast: Cast, sign_in: SignIn) -> None:
    forged = signing.dumps({"do": "subscribe", "package": "premium"}, salt="other")
    url = reverse("portal:my:confirm")
    assert sign_in(cast.member).post(url, {"shown": forged}).status_code == 404
    assert signing.dumps({}, salt=SALT) != signing.dumps({}, salt="other")


def test_choosing_the_own_package_says_so(cast: Cast, day: Day, sign_in: SignIn) -> None:
    answer = sign_in(cast.member).post(reverse("portal:my:preview"), {"package": "premium"})
    assert answer.status_code == 422
    assert "This is your package already" in answer.content.decode()


def test_a_package_needs_consent(cast: Cast, sign_in: SignIn) -> None:
    with acting_in(SYSTEM):
        consenting.withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=timezone.now(), by=BY)
    client = sign_in(cast.member)
    answer = confirmed(client, preview(client, package="standard"))
    assert answer.status_code == 409
    assert "needs your consent to care" in answer.content.decode()


def test_an_invoice_shows_lines_rate_and_registration(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.member)
    listed = text(client, "invoices")
    assert f"/my/invoices/{day.invoice}/" in listed
    shown = text(client, "invoice", invoice_id=day.invoice)
    for words in ("T1234567890123", "¥980", "tax at 10 %", "¥89", "Premium"):
        assert words in shown


def test_an_invoice_of_somebody_else_is_absent(cast: Cast, day: Day, sign_in: SignIn) -> None:
    other = UserFactory(username="other")
    with acting_in(SYSTEM):
        patient = PatientFactory(user=other)
        ContractFactory(operator=cast.demo, patient=patient)
        ConsentFactory(patient=patient)
        subscribing.subscribe(patient=patient, package="standard", on=day.today, now=day.now, by=BY)
    url = reverse("portal:my:invoice", args=[day.invoice])
    assert sign_in(other).get(url).status_code == 404


def test_consent_is_given_and_withdrawn_by_purpose(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    url = reverse("portal:my:consent")
    client.post(url, {"purpose": "research", "do": "give"})
    client.post(url, {"purpose": "hospital_report", "do": "withdraw"})
    with acting_in(SYSTEM):
        standing = consenting.standing(patient_id=cast.hanako.pk, now=timezone.now())
    assert standing == [Purpose.CARE, Purpose.RESEARCH]
    assert client.post(url, {"purpose": "everything", "do": "give"}).status_code == 404
    assert client.post(url, {"purpose": "care", "do": "sell"}).status_code == 404


def test_members_see_who_saw_them_and_not_themselves(cast: Cast, day: Day, sign_in: SignIn) -> None:
    sign_in(cast.alice).get(reverse("portal:clinic:patient", args=[day.patient]))
    client = sign_in(cast.member)
    client.get(reverse("portal:my:home"))
    shown = text(client, "seen")
    assert "alice" in shown
    assert "Kita Hospital" in shown
    assert "your own pages" not in shown
    with_own = client.get(reverse("portal:my:seen") + "?own=1").content.decode()
    assert "your own pages" in with_own


@pytest.mark.parametrize("hints", [(), ("oximetry",)])
def test_weight_and_oxygen(
    cast: Cast, day: Day, sign_in: SignIn, settings: Any, hints: tuple[str, ...]
) -> None:
    settings.EXPERIMENTAL_HINTS = hints
    page = text(sign_in(cast.member), "body")
    assert "62.1" in page
    assert "−1.9" in page
    assert "Under 90 %" in page
    assert ("ODI4" in page) == ("No clinician has approved this hint" in page) == bool(hints)
    assert not any(word in page for word in ("AHI", "apnoea-hypopnoea", "diagnosed"))


def test_nothing_measured_says_so(cast: Cast, sign_in: SignIn) -> None:
    assert "Nothing from a scale" in text(sign_in(cast.member), "body")
