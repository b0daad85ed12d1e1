"""Every template renders in both languages, clean under the content security policy."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.template import Template
from django.test import Client, RequestFactory, override_settings
from django.test.signals import template_rendered
from django.urls import reverse
from django.utils import timezone, translation

from devices.member_apps import registering
from healthcare.accounts import factors, identities
from healthcare.accounts.models import IdentityProvider, Role, Session, User
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import links, sending, waves
from healthcare.inviting.models import Invitation, InvitationWave
from packages.models import BillingRun, RunState
from portal import errors
from tests.cast import Cast
from tests.factories import PASSWORD
from tests.unit.devices.phone import PRIVATE, Phone
from tests.unit.portal.conftest import BY, Day, SignIn
from tests.unit.portal.markup import Page
from tests.unit.portal.routes import PAGES

TEMPLATES = Path(__file__).resolve().parents[3] / "portal" / "templates"
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
LANGUAGES = ("en", "ja")


def speak(language: str) -> None:
    User.objects.update(language=language)


def pages(client: Client, cast: Cast, day: Day, language: str) -> Iterator[tuple[str, str]]:
    """Every page that a person can be shown, with a name for it."""
    people = {
        "clinician": cast.alice,
        "member": cast.member,
        "operator": cast.olga,
        "admin": cast.ada,
    }
    for route in PAGES:
        usual = people.get(str(route.role), cast.sam)
        client.force_login(getattr(cast, route.who) if route.who else usual)
        url = reverse(f"portal:{route.name}", kwargs=route.arguments(day))
        yield route.name, client.get(url).content.decode()
    client.force_login(cast.member)
    for choice in ({"package": "standard"}, {"do": "cancel"}, {"package": "premium"}):
        answer = client.post(reverse("portal:my:preview"), choice)
        yield f"preview {choice}", answer.content.decode()
    phone = Phone(
        registering.register(
            name="ポケット血圧計", redirect_uris=[PRIVATE], now=timezone.now(), by=BY
        ),
        client,
    )
    yield "an app asks", phone.page(cast.member).content.decode()
    yield "wrongly", phone.page(cast.member, client_id="unknown").content.decode()
    yield "code", client.post(reverse("portal:my:family")).content.decode()
    yield from single_readings(client, cast, day)
    yield from access_pages(client, cast, day)
    client.force_login(cast.olga)
    month = {"month": f"{day.today:%Y-%m}", "dry_run": "on"}
    yield "dry run", client.post(reverse("portal:operator:start-billing"), month).content.decode()
    file = {"file": SimpleUploadedFile("x.csv", b"name\n"), "encoding": "utf-8"}
    yield "refused file", client.post(reverse("portal:operator:upload"), file).content.decode()
    yield from mapping_pages(client)
    yield "absent", client.get("/nothing-here").content.decode()
    yield from own_pages(client, cast.member)
    yield from elsewhere_pages(client, cast)
    client.logout()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    yield from invited_pages(client, day)
    yield "join", client.get(reverse("portal:join")).content.decode()
    yield "refused join", client.post(reverse("portal:join"), {"code": "X"}).content.decode()
    yield "sign-in", client.get(reverse("portal:sign-in")).content.decode()
    yield "providers", client.get(reverse("portal:sign-in-choose")).content.decode()
    wrong = {"login": "nobody", "password": "wrong"}
    yield "refused", client.post(reverse("portal:sign-in"), wrong).content.decode()
    right = {"login": cast.member.username, "password": PASSWORD}
    client.post(reverse("portal:sign-in"), right)
    yield "second step", client.get(reverse("mfa_authenticate")).content.decode()
    wrong = {"code": "000000"}
    yield "wrong code", client.post(reverse("mfa_authenticate"), wrong).content.decode()


def invited_pages(client: Client, day: Day) -> Iterator[tuple[str, str]]:
    """The link of Taro's invitation, until it is answered with no, and the wave that sent it."""
    with acting_in(Scope.system("a test")):
        wave = InvitationWave.objects.get(pk=day.wave)
        again = Invitation.objects.filter(wave=wave, sent_at__isnull=False).exists()
        if not again:
            waves.start(wave=wave, now=day.now, by=BY)
            token = links.token_of(Invitation.objects.get(wave=wave).seed)
    if again:
        return
    sending.send(wave_id=wave.pk, now=day.now)
    url = reverse("portal:invited", args=[token])
    yield "invited", client.get(url).content.decode()
    yield "not them", client.post(url, {"birth_date": "x"}).content.decode()
    yield "no?", client.get(f"{url}/no").content.decode()
    yield "no", client.post(f"{url}/no").content.decode()
    yield "over", client.get(url).content.decode()


def mapping_pages(client: Client) -> Iterator[tuple[str, str]]:
    """A mapping made: its sample, which is not UTF-8 at first, its columns, its rows, a fault."""
    url = reverse("portal:operator:new-mapping")
    form: dict[str, Any] = {"name": "crm", "delimiter": ",", "header_lines": 1}
    form["trailer_count_in"] = 2
    written = "契約番号,契約日,電話番号\nA1,R6.1.2,09011110001\n,x,1\n,\n".encode("cp932")
    for name, more in (("which encoding", {}), ("columns", {"confirmed": "cp932"})):
        file = SimpleUploadedFile("x.csv", written)
        answer = client.post(url, {**form, **more, "file": file})
        yield name, answer.content.decode()
    sample = answer.context["form"]["sample"].value()
    targets = ["operator_subscriber_id", "activated_on", "msisdn"]
    said = {f"to_{index}": target for index, target in enumerate(targets)}
    said |= {"sample": sample, "dates": ["era"], "encoding": "cp932", **form}
    yield "ten rows", client.post(url, said).content.decode()
    yield "faults", client.post(url, {**said, "to_2": ""}).content.decode()


def own_pages(client: Client, user: User) -> Iterator[tuple[str, str]]:
    """The pages of one's own sign-in, in the order in which a second factor is set up."""
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client.force_login(user)
    now = timezone.now()

    def page(name: str, **posted: str) -> str:
        ask = client.post if posted else client.get
        return ask(reverse(name), posted).content.decode()

    yield "sessions", page("portal:account:sessions")
    for name in ("portal:account:second-factor", "mfa_activate_totp", "mfa_add_webauthn"):
        yield name, page(name)
    yield "wrong first code", page("mfa_activate_totp", code="000000")
    yield "new password", page("account_change_password")
    yield "bad password", page("account_change_password", oldpassword="x", password1="y")
    Session.objects.filter(user=user).update(proved_at=now - timedelta(hours=1))
    yield "confirm", page("account_reauthenticate")
    factors.give_authenticator(user=user, now=now, by=user.actor)
    yield "confirm by code", page("mfa_reauthenticate")
    client.force_login(user)
    for name in ("mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        yield name, page(name)
    client.post(reverse("mfa_generate_recovery_codes"))
    for visit in ("first", "second"):
        yield f"codes, {visit} time", page("mfa_view_recovery_codes")
    yield "with factors", page("portal:account:second-factor")


def elsewhere_pages(client: Client, cast: Cast) -> Iterator[tuple[str, str]]:
    """The pages about accounts at a provider, which need not answer for them."""
    provider = IdentityProvider.objects.create(
        code="kita",
        name="Kita",
        name_ja="北病院",
        issuer="http://localhost:9",
        client_id="x",
        client_secret="x",
        hospital=cast.kita,
    )
    links = reverse("portal:account:links")
    yield "nothing to link", client.get(links).content.decode()
    client.force_login(cast.alice)
    yield "not linked", client.get(links).content.decode()
    now = timezone.now()
    identities.link(user=cast.alice, provider=provider, subject="a", now=now, by=BY)
    yield "linked", client.get(links).content.decode()
    Session.objects.filter(user=cast.alice).update(
        provider=provider, proved_at=now - timedelta(hours=1)
    )
    yield "confirm there", client.get(reverse("portal:account:confirm-elsewhere")).content.decode()
    yield "session from there", client.get(reverse("portal:account:sessions")).content.decode()


def single_readings(client: Client, cast: Cast, day: Day) -> Iterator[tuple[str, str]]:
    """One reading that is looked at, taken back, refused the second time and looked at again."""
    clinic = reverse("portal:clinic:readings", args=[day.patient])
    for user, url, do in (
        (cast.alice, clinic, "withdraw"),
        (cast.member, reverse("portal:my:single-readings"), "not_me"),
    ):
        client.force_login(user)
        listed = client.get(url, {"days": "30"}).content.decode()
        key = re.findall(r"[?]reading=([A-Za-z0-9_-]+)", listed)[0]
        yield f"{do}?", client.get(url, {"reading": key}).content.decode()
        decision = {"do": do, "reading": key, "reason": "袖の上から測った"}
        client.post(url, decision)
        yield f"{do}, twice", client.post(url, decision).content.decode()
        yield f"{do}, the list", client.get(url, {"days": "30"}).content.decode()
        yield f"{do}, done", client.get(url, {"reading": key}).content.decode()
    for name in ("my:readings", "my:sleep", "my:body"):
        yield f"gone on {name}", client.get(reverse(f"portal:{name}")).content.decode()


def access_pages(client: Client, cast: Cast, day: Day) -> Iterator[tuple[str, str]]:
    """Look-ups that find somebody, and those that are refused."""
    client.force_login(cast.sam)
    found = {"reason": "device", "operator": "demo", "operator_subscriber_id": "HANAKO"}
    yield "membership", client.post(reverse("portal:support"), found).content.decode()
    yield "missed", client.post(reverse("portal:support"), {"birth_date": "x"}).content.decode()
    joined = reverse("portal:persons:pair", args=[day.joined_pair])
    yield "joined pair", client.get(joined).content.decode()
    with override_settings(LOOK_UPS_A_DAY=0):
        pair = reverse("portal:persons:pair", args=[day.resemblance])
        yield "pairs spent", client.get(pair).content.decode()
    client.force_login(cast.bob)
    for do in ("join", "assign"):
        client.post(reverse("portal:clinic:panel", args=[day.panel]), {"do": do, "user": "0"})
    placed = {"do": "on", "panel": str(day.panel)}
    client.post(reverse("portal:clinic:place", args=[day.patient]), placed)
    patient = reverse("portal:clinic:patient", args=[day.patient])
    yield "lead's panels", client.get(reverse("portal:clinic:panels")).content.decode()
    yield "on a panel", client.get(patient).content.decode()
    yield "my panels", client.get("/clinic/?panel=mine").content.decode()
    refused = {"family_name": "佐藤", "reason": "short"}
    yield "not opened", client.post(reverse("portal:clinic:emergency"), refused).content.decode()
    Hospital.objects.update(patients_a_day=0)
    client.force_login(cast.alice)
    yield "budget", client.get(patient).content.decode()
    short = client.post(reverse("portal:clinic:budget"), {"reason": "x"})
    yield "no reason", short.content.decode()
    Hospital.objects.update(patients_a_day=None)


def error_pages(language: str, request: HttpRequest) -> Iterator[tuple[str, str]]:
    with translation.override(language):
        yield "429", errors.too_many_requests(request).content.decode()
        yield "403", errors.forbidden(request).content.decode()
        yield "csrf", errors.csrf_failure(request).content.decode()
        yield "500", errors.server_error(request).content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_renders_clean(
    language: str, cast: Cast, day: Day, client: Client, rf: RequestFactory
) -> None:
    speak(language)
    rendered: set[str | None] = set()

    def note(template: Template, **_: Any) -> None:
        rendered.add(template.name)

    template_rendered.connect(note)
    try:
        found = [*pages(client, cast, day, language), *error_pages(language, rf.get("/"))]
    finally:
        template_rendered.disconnect(note)
    for name, text in found:
        page = Page(text)
        assert page.faults == [], name
        assert page.language == language, name
    on_disk = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    assert on_disk - rendered == set()


def test_japanese_pages_leave_no_english_sentence(cast: Cast, day: Day, client: Client) -> None:
    speak("ja")
    for name, text in pages(client, cast, day, "ja"):
        body = re.sub(r"<(svg|table)\b.*?</\1>", " ", text.split("<main")[1], flags=re.DOTALL)
        words = re.sub(r"<[^>]+>", "\n", body)
        english = [line.strip() for line in words.splitlines() if SENTENCE.search(line)]
        assert JAPANESE.search(words), name
        # What people wrote themselves, the operator's own text, and what is wrong inside a file or
        # an app's request, are not the page's words.
        foreign = re.compile(
            r"ntrusted processing|Line 1[:,]|The client does not exist"
            r"|unconscious in our emergency room|called back and asked"
        )
        assert [line for line in english if not foreign.search(line)] == [], name


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.MEMBER])
def test_pages_with_health_data_are_not_kept_by_the_browser(
    role: Role, cast: Cast, day: Day, sign_in: SignIn
) -> None:
    user = cast.alice if role == Role.CLINICIAN else cast.member
    answer = sign_in(user).get(reverse("portal:home"), follow=True)
    assert answer["Cache-Control"] == "no-store"
    assert "'unsafe" not in answer["Content-Security-Policy"]
    assert '"historyCacheSize":0' in answer.content.decode()


def test_empty_pages_say_what_comes(cast: Cast, client: Client) -> None:
    speak("en")
    empty = {
        cast.alice: [("clinic:worklist", "No patients yet")],
        cast.member: [
            ("my:home", "There are no readings in the last 30 days"),
            ("my:readings", "There are no readings in this period"),
            ("my:sleep", "No nights in the last two weeks"),
            ("my:invoices", "No invoices"),
            ("my:seen", "Nobody has looked"),
        ],
        cast.olga: [
            ("operator:imports", "No file was taken in yet"),
            ("operator:billing", "No month was billed yet"),
        ],
    }
    for user, expected in empty.items():
        client.force_login(user)
        for name, words in expected:
            text = client.get(reverse(f"portal:{name}")).content.decode()
            assert words in text, name
            assert Page(text).faults == [], name


def test_a_draft_run_offers_its_commitment(cast: Cast, day: Day, sign_in: SignIn) -> None:
    speak("en")
    url = reverse("portal:operator:run", kwargs={"run_id": day.run})
    client = sign_in(cast.olga)
    assert "Charge file" in client.get(url).content.decode()
    with acting_in(Scope.system("test")):
        BillingRun.objects.update(state=RunState.DRAFTED)
    assert "Commit 1 documents" in client.get(url).content.decode()
