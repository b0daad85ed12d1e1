"""Signing in with an account at a hospital's or operator's provider, over HTTP on both sides."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.test import Client
from django.utils import timezone

from healthcare.accounts import factors, identities, people, sessions, tasks
from healthcare.accounts.models import ExternalIdentity, IdentityProvider, Method, Session, User
from healthcare.accounts.totp import code_at
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.kernel.periods import local_date
from healthcare.subscribers import ending, linking
from healthcare.subscribers.models import Contract
from tests.cast import Cast
from tests.factories import PASSWORD
from tests.looking import audit_records, everybody
from tests.openid_running import Elsewhere

pytestmark = pytest.mark.django_db
BY = command("tests")
TOKYO = ZoneInfo("Asia/Tokyo")
STRONG = {"amr": ["pwd", "otp", "mfa"]}
REFUSED = ("/sign-in", False)


def linked(user: User, provider: IdentityProvider, subject: str) -> None:
    identities.link(user=user, provider=provider, subject=subject, now=timezone.now(), by=BY)


def line_linked(cast: Cast, subject: str) -> Contract:
    with everybody():
        contract = Contract.objects.select_related("operator").get(patient=cast.hanako)
        linking.link(
            contract=contract, user=cast.member, subject=subject, now=timezone.now(), by=BY
        )
    return contract


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def without_password(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


def outcome(client: Client, answer: Any) -> tuple[str, bool]:
    """Where the sign-in ended, and whether anybody is signed in."""
    return answer["Location"], Session.objects.filter(ended_at=None).exists()


@pytest.fixture
def alice(cast: Cast, kita_provider: IdentityProvider, elsewhere: Elsewhere) -> User:
    """Linked to the account `a-1` of Kita's provider, which vouches for a second factor."""
    elsewhere.knows("a-1", **STRONG)
    linked(cast.alice, kita_provider, "a-1")
    return cast.alice


def test_a_clinician_signs_in_at_her_hospital(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    answer = elsewhere.through(client, "/sign-in/with/kita?next=/clinic/alerts/", "a-1")
    assert answer["Location"] == "/clinic/alerts/"
    session = Session.objects.get()
    assert (session.user, session.method, session.strong) == (alice, Method.OIDC, True)
    assert client.get("/clinic/").status_code == 200
    assert "Account at Kita Hospital" in client.get("/account/").content.decode()


def test_what_is_asked_of_the_provider(alice: User, client: Client) -> None:
    sent = client.get("/sign-in/with/kita")
    asked = {name: value[0] for name, value in parse_qs(urlsplit(sent["Location"]).query).items()}
    assert asked["scope"] == "openid"  # no names, addresses or numbers
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/sign-in/answer"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 32
    assert "alice" not in sent["Location"]


def test_without_the_providers_word_ours_is_asked(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    elsewhere.knows("a-1", amr=["pwd"])
    secret = factors.give_authenticator(user=alice, now=timezone.now(), by=BY)
    assert elsewhere.through(client, "/sign-in/with/kita", "a-1")["Location"] == (
        "/sign-in/second-factor"
    )
    assert not Session.objects.exists()
    client.post("/sign-in/second-factor", {"code": code_at(secret, timezone.now())})
    assert Session.objects.get().strong
    assert client.get("/clinic/").status_code == 200


def test_without_any_second_factor_there_is_no_page_but_one(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    elsewhere.knows("a-1", amr=["pwd"])
    elsewhere.through(client, "/sign-in/with/kita", "a-1")
    assert client.get("/clinic/")["Location"] == "/account/second-factor"


def test_the_word_that_counts_is_the_one_agreed_on(
    alice: User, kita_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    kita_provider.strong_amr, kita_provider.strong_acr = [], ["urn:kita:two-factors"]
    kita_provider.save()
    elsewhere.through(client, "/sign-in/with/kita", "a-1")
    assert not Session.objects.get().strong
    elsewhere.knows("a-1", acr="urn:kita:two-factors")
    elsewhere.through(Client(), "/sign-in/with/kita", "a-1")
    assert Session.objects.latest("pk").strong


def test_an_account_that_is_not_linked_opens_nothing(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    # Whatever it says about itself: addresses and names are given out anew.
    elsewhere.knows("stranger", **STRONG, email=alice.email, preferred_username="alice")
    answer = elsewhere.through(client, "/sign-in/with/kita", "stranger")
    assert outcome(client, answer) == REFUSED
    assert "opens no log-in here" in client.get("/sign-in").content.decode()
    assert [r.details for r in audit_records() if r.action == "accounts.sign_in_failed"] == [
        {"step": "provider"}
    ]


def test_the_same_account_id_at_another_provider_is_another_account(
    alice: User, demo_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    answer = elsewhere.through(client, "/sign-in/with/demo", "a-1")
    assert outcome(client, answer) == REFUSED


BENT = {
    "another's nonce": {"claims": {"nonce": "not-ours"}},
    "no nonce": {"claims": {"nonce": None}},
    "for another client": {"claims": {"aud": "somebody-else"}},
    "for several, we are not the party": {
        "claims": {"aud": ["mimamori-kita", "b"], "azp": "b"},
    },
    "of another issuer": {"claims": {"iss": "https://evil.example"}},
    "expired": {"claims": {"exp": 1_700_000_000}},
    "from the future": {"claims": {"iat": 4_000_000_000}},
    "without a subject": {"claims": {"sub": None}},
    "subject that is no text": {"claims": {"sub": 7}},
    "unsigned": {"alg": "none"},
    "signed with the public key as a secret": {"alg": "HS256"},
    "signed with a key that is not published": {"key": 1, "published": [0]},
}


@pytest.mark.parametrize("how", BENT.values(), ids=BENT.keys())
def test_a_token_that_does_not_fit_opens_nothing(
    how: dict[str, Any], alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    elsewhere.bend(**how)
    answer = elsewhere.through(client, "/sign-in/with/kita", "a-1")
    assert outcome(client, answer) == REFUSED
    assert "did not confirm" in client.get("/sign-in").content.decode()


def test_a_provider_may_change_its_keys(alice: User, elsewhere: Elsewhere) -> None:
    elsewhere.bend(published=[0])
    elsewhere.through(Client(), "/sign-in/with/kita", "a-1")
    elsewhere.bend(published=[1], key=1)
    elsewhere.through(Client(), "/sign-in/with/kita", "a-1")
    assert Session.objects.count() == 2


def test_a_provider_that_does_not_answer(alice: User, elsewhere: Elsewhere, client: Client) -> None:
    sent = client.get("/sign-in/with/kita")
    back = elsewhere.sign_in(sent["Location"], "a-1")
    elsewhere.bend(down=True)
    assert outcome(client, client.get(back)) == REFUSED
    assert "Kita Hospital does not answer" in client.get("/sign-in").content.decode()


def test_an_answer_counts_once_and_in_one_browser(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    sent = client.get("/sign-in/with/kita")
    back = elsewhere.sign_in(sent["Location"], "a-1")
    stolen = Client().get(back)
    assert (stolen["Location"], Session.objects.count()) == ("/", 0)
    client.get(back)
    client.post("/sign-out")
    assert client.get(back)["Location"] == "/"
    assert not Session.objects.filter(ended_at=None).exists()


def test_a_code_needs_the_verifier_of_its_attempt(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    # Somebody puts the code of their own attempt under the state of another's.
    mine, theirs = client.get("/sign-in/with/kita"), Client().get("/sign-in/with/kita")
    code = parse_qs(urlsplit(elsewhere.sign_in(theirs["Location"], "a-1")).query)["code"][0]
    state = parse_qs(urlsplit(mine["Location"]).query)["state"][0]
    answer = client.get("/sign-in/answer", {"code": code, "state": state})
    assert outcome(client, answer) == REFUSED


def test_an_answer_in_the_name_of_another_provider(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    back = elsewhere.sign_in(client.get("/sign-in/with/kita")["Location"], "a-1")
    assert outcome(client, client.get(f"{back}&iss=https://evil.example")) == REFUSED


def test_saying_no_there_is_no_sign_in_here(alice: User, client: Client) -> None:
    sent = client.get("/sign-in/with/kita")
    state = parse_qs(urlsplit(sent["Location"]).query)["state"][0]
    answer = client.get("/sign-in/answer", {"error": "access_denied", "state": state})
    assert outcome(client, answer) == REFUSED


def test_leaving_the_hospital_ends_it(
    alice: User, cast: Cast, elsewhere: Elsewhere, client: Client
) -> None:
    elsewhere.through(client, "/sign-in/with/kita", "a-1")
    people.move_to_hospital(user=alice, hospital=cast.minami, now=timezone.now(), by=BY)
    assert client.get("/clinic/")["Location"].startswith("/sign-in")
    answer = elsewhere.through(Client(), "/sign-in/with/kita", "a-1")
    assert outcome(client, answer) == REFUSED
    assert ExternalIdentity.objects.get().ended_at is not None


def test_a_provider_that_is_switched_off_is_absent(
    alice: User, kita_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    back = elsewhere.sign_in(client.get("/sign-in/with/kita")["Location"], "a-1")
    kita_provider.is_active = False
    kita_provider.save()
    assert client.get(back).status_code == 404
    assert client.get("/sign-in/with/kita").status_code == 404
    assert "Kita" not in client.get("/sign-in").content.decode()


def test_charlie_cannot_link_an_account_of_kita(
    cast: Cast, kita_provider: IdentityProvider, client: Client
) -> None:
    client.force_login(cast.charlie)
    assert client.get("/account/links/kita").status_code == 404
    assert "Kita" not in client.get("/account/links").content.decode()
    with pytest.raises(identities.CannotLink):
        linked(cast.charlie, kita_provider, "c-1")


def test_alice_links_her_account_herself(
    cast: Cast, kita_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    elsewhere.knows("a-2", **STRONG)
    client.force_login(with_password(cast.alice))
    answer = elsewhere.through(client, "/account/links/kita", "a-2")
    assert answer["Location"] == "/account/links"
    assert "Linked." in client.get("/account/links").content.decode()
    through = Client()
    elsewhere.through(through, "/sign-in/with/kita", "a-2")
    assert through.get("/clinic/").status_code == 200
    assert client.post("/account/links/kita/end").status_code == 302
    assert through.get("/clinic/")["Location"].startswith("/sign-in")
    assert client.get("/clinic/").status_code == 200


def test_linking_needs_a_fresh_proof(
    cast: Cast, kita_provider: IdentityProvider, client: Client
) -> None:
    client.force_login(with_password(cast.alice))
    Session.objects.update(proved_at=timezone.now() - sessions.RECENT - timedelta(seconds=1))
    assert client.get("/account/links/kita")["Location"].startswith("/account/confirm")
    assert client.post("/account/links/kita/end")["Location"].startswith("/account/confirm")


def test_linking_asks_there_anew_too(
    cast: Cast, kita_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    # Whoever used this browser before may be signed in at the provider still.
    client.force_login(cast.alice)
    assert "prompt=login" in client.get("/account/links/kita")["Location"]
    elsewhere.bend(claims={"auth_time": int(timezone.now().timestamp()) - 3600})
    elsewhere.through(client, "/account/links/kita", "b-1")
    assert "sign in there anew" in client.get("/account/links").content.decode()
    assert not ExternalIdentity.objects.exists()


@pytest.mark.parametrize("told", [None, 1_700_000_000, 10**18])
def test_an_old_proof_elsewhere_opens_a_session_but_no_export(
    told: int | None, alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    elsewhere.bend(claims={"auth_time": told})
    elsewhere.through(client, "/sign-in/with/kita", "a-1")
    assert client.get("/clinic/").status_code == 200
    assert client.get("/account/links/kita")["Location"].startswith("/account/confirm")


def test_our_second_step_is_a_fresh_proof(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    secret = factors.give_authenticator(user=alice, now=timezone.now(), by=BY)
    elsewhere.bend(claims={"auth_time": 1_700_000_000, "amr": [{"no": "text"}]})
    elsewhere.through(client, "/sign-in/with/kita", "a-1")
    client.post("/sign-in/second-factor", {"code": code_at(secret, timezone.now())})
    assert timezone.now() - Session.objects.get().proved_at < timedelta(minutes=1)


def test_another_who_signed_in_meanwhile_is_linked_to_nothing(
    cast: Cast, kita_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    client.force_login(cast.alice)
    back = elsewhere.sign_in(client.get("/account/links/kita")["Location"], "a-3")
    client.force_login(cast.bob)
    client.get(back)
    assert not ExternalIdentity.objects.exists()


def test_an_account_opens_one_log_in_only(
    alice: User, cast: Cast, kita_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    client.force_login(cast.bob)
    elsewhere.through(client, "/account/links/kita", "a-1")
    assert "was not linked" in client.get("/account/links").content.decode()
    assert ExternalIdentity.objects.get().user == alice


def aged(client: Client) -> None:
    Session.objects.update(proved_at=timezone.now() - sessions.RECENT - timedelta(seconds=1))


def test_a_clinician_without_own_means_confirms_where_she_signed_in(
    alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    without_password(alice)
    elsewhere.through(client, "/sign-in/with/kita", "a-1")
    aged(client)
    asked = client.get("/account/second-factor/app")
    assert asked["Location"].startswith("/account/confirm")
    page = client.get(asked["Location"], follow=True)
    assert page.request["PATH_INFO"] == "/account/confirm/elsewhere"
    assert "Confirm at Kita Hospital" in page.content.decode()
    there = client.get("/account/confirm/elsewhere/go?next=/account/second-factor/app")
    assert "prompt=login" in there["Location"]
    assert "max_age=0" in there["Location"]
    answer = client.get(elsewhere.sign_in(there["Location"], "a-1"), follow=True)
    assert answer.request["PATH_INFO"] == "/account/second-factor/app"


@pytest.mark.parametrize(
    ("subject", "bent"),
    [
        ("somebody", {}),  # another account
        ("a-1", {"claims": {"auth_time": 1_700_000_000}}),  # signed in there long ago
        ("a-1", {"claims": {"auth_time": None}}),  # does not say when
        ("a-1", {"claims": {"amr": ["pwd"]}}),  # weaker than the session is
    ],
)
def test_what_is_no_fresh_proof(
    subject: str, bent: dict[str, Any], alice: User, elsewhere: Elsewhere, client: Client
) -> None:
    elsewhere.through(client, "/sign-in/with/kita", "a-1")
    aged(client)
    elsewhere.knows("somebody", **STRONG)
    elsewhere.bend(**bent)
    elsewhere.through(client, "/account/confirm/elsewhere/go?next=/account/links/kita", subject)
    assert client.get("/account/links/kita")["Location"].startswith("/account/confirm")


def test_who_signed_in_here_confirms_here(
    cast: Cast, kita_provider: IdentityProvider, client: Client
) -> None:
    client.force_login(cast.alice)
    assert client.get("/account/confirm/elsewhere").status_code == 404
    assert client.get("/account/confirm/elsewhere/go").status_code == 404


def test_a_member_signs_in_by_the_operators_account(
    cast: Cast, demo_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    with_password(cast.member)
    line_linked(cast, "h-1")
    answer = elsewhere.through(client, "/sign-in/with/demo?next=/my/readings/", "h-1")
    assert answer["Location"] == "/my/readings/"
    assert client.get("/my/").status_code == 200
    assert not Session.objects.get().strong


def test_the_end_of_the_line_ends_the_session_and_the_way_in(
    cast: Cast, demo_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    contract = line_linked(cast, "h-1")
    elsewhere.through(client, "/sign-in/with/demo", "h-1")
    own = Client()
    own.force_login(cast.member)
    now = timezone.now()
    with acting_in(Scope.system("a test")):
        ending.end(contract=contract, on=local_date(now, TOKYO), now=now, by=BY)
    assert client.get("/my/")["Location"].startswith("/sign-in")
    assert own.get("/my/").status_code == 200
    answer = elsewhere.through(Client(), "/sign-in/with/demo", "h-1")
    assert answer["Location"] == "/sign-in"


def test_a_line_that_ends_during_the_second_step_opens_nothing(
    cast: Cast, demo_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    secret = factors.give_authenticator(user=cast.member, now=timezone.now(), by=BY)
    contract = line_linked(cast, "h-1")
    answer = elsewhere.through(client, "/sign-in/with/demo", "h-1")
    assert answer["Location"] == "/sign-in/second-factor"
    now = timezone.now()
    with acting_in(Scope.system("a test")):
        ending.end(contract=contract, on=local_date(now, TOKYO), now=now, by=BY)
    answer = client.post("/sign-in/second-factor", {"code": code_at(secret, now)})
    assert outcome(client, answer) == REFUSED
    assert "line has just ended" in client.get("/sign-in").content.decode()
    assert client.get("/my/")["Location"].startswith("/sign-in")


def test_who_has_no_own_means_is_led_to_a_passkey(
    cast: Cast, demo_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    without_password(cast.member)
    line_linked(cast, "h-1")
    answer = elsewhere.through(client, "/sign-in/with/demo", "h-1")
    assert answer["Location"] == "/account/second-factor"
    assert "Add a passkey now" in client.get("/account/second-factor").content.decode()
    assert client.get("/my/").status_code == 200
    client.post("/account/links/demo/end")
    assert "only way in" in client.get("/account/links").content.decode()


def test_a_member_links_the_operators_account(
    cast: Cast, demo_provider: IdentityProvider, elsewhere: Elsewhere, client: Client
) -> None:
    client.force_login(with_password(cast.member))
    elsewhere.through(client, "/account/links/demo", "h-9")
    through = Client()
    assert elsewhere.through(through, "/sign-in/with/demo", "h-9").status_code == 302
    assert through.get("/my/").status_code == 200
    client.post("/account/links/demo/end")
    assert through.get("/my/")["Location"].startswith("/sign-in")
    assert client.get("/my/").status_code == 200


def test_watchers_and_staff_have_no_line_to_link(
    cast: Cast, demo_provider: IdentityProvider, client: Client
) -> None:
    for user in (cast.wataru, cast.olga, cast.sam, cast.alice):
        client.force_login(user)
        assert client.get("/account/links/demo").status_code == 404


def test_attempts_are_counted_for_an_address(alice: User, client: Client) -> None:
    for _ in range(60):
        assert client.get("/sign-in/with/kita").status_code == 302
    assert client.get("/sign-in/with/kita").status_code == 429


def test_what_browsers_held_is_forgotten_once_expired(alice: User, client: Client) -> None:
    client.get("/sign-in/with/kita")
    tasks.forget_expired_sessions()
    assert BrowserSession.objects.count() == 1
    BrowserSession.objects.update(expire_date=timezone.now())
    tasks.forget_expired_sessions()
    assert not BrowserSession.objects.exists()


def test_many_providers_have_a_page_of_their_own(
    kita_provider: IdentityProvider, client: Client
) -> None:
    assert "Sign in with Kita Hospital" in client.get("/sign-in").content.decode()
    for number in range(4):
        IdentityProvider.objects.create(
            code=f"h{number}",
            name=f"Hospital {number}",
            issuer=f"https://h{number}.example",
            client_id="x",
            client_secret="x",
            hospital=kita_provider.hospital,
        )
    page = client.get("/sign-in?next=/clinic/").content.decode()
    assert "Sign in with Kita Hospital" not in page
    assert "/sign-in/with?next=/clinic/" in page.replace("%2F", "/")
    assert "Kita Hospital" in client.get("/sign-in/with").content.decode()
