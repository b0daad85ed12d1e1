"""The pages of a link: who is invited answers, and nobody learns anything from it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from healthcare.accounts.models import User
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import leading, links, sending, waves
from healthcare.inviting.models import Invitation, InvitationWave, OptOut
from healthcare.patients.models import Consent, Patient
from healthcare.subscribers.models import Line
from tests.cast import Cast

pytestmark = pytest.mark.django_db

BY = command("tests")
SYSTEM = Scope.system("a test")
AN_ADDRESS = 20


@pytest.fixture
def link(cast: Cast, settings: object, tmp_path: object) -> str:
    """Taro's, who is known and no member."""
    settings.OUTBOX_DIR = tmp_path  # type: ignore[attr-defined]
    now = timezone.now()
    with acting_in(SYSTEM):
        plan = waves.Plan("w", cut_over_on=now.date(), starts_at=now, channels=["console"])
        wave = waves.plan(operator=cast.demo, plan=plan, now=now, by=BY)
        while leading.step(wave_id=wave.pk, now=now, by=BY):
            pass
        waves.start(wave=wave, now=now, by=BY)
    assert sending.send(wave_id=wave.pk, now=now) == 1
    with acting_in(SYSTEM):
        return f"/join/{links.token_of(Invitation.objects.get().seed)}"


@pytest.fixture
def proof(cast: Cast) -> dict[str, str]:
    with acting_in(SYSTEM):
        number = Line.objects.get(contract__patient=cast.taro).number
    return {"birth_date": "1958-04-09", "digits": number[-4:]}


def log_in(username: str = "taro") -> dict[str, str]:
    return {"full_name": "Taro", "username": username, "password": "of taro alone 7"}


def test_who_is_invited_makes_a_log_in_and_is_asked_for_consent(
    cast: Cast, client: Client, link: str, proof: dict[str, str]
) -> None:
    page = client.get(link)
    assert page.status_code == 200
    text = page.content.decode()
    assert cast.demo.name in text
    assert "no-store" in page["Cache-Control"]
    for secret in ("鈴木", "太郎", "1958", proof["digits"]):
        assert secret not in text
    answer = client.post(link, {**proof, **log_in()})
    assert (answer.status_code, answer["Location"]) == (302, "/my/consent/")
    user = User.objects.get(username="taro")
    with acting_in(SYSTEM):
        assert Patient.objects.get(user=user) == cast.taro
        assert not Consent.objects.filter(patient=cast.taro).exists()
    client.force_login(user)
    client.post("/my/consent/", {"purpose": "care", "do": "give"})
    with acting_in(SYSTEM):
        (given,) = Consent.objects.filter(patient=cast.taro)
        assert given.given_by == str(user.actor)
        assert InvitationWave.objects.get().accepted == 1


def test_a_log_in_of_the_family_is_used_for_ones_own(
    cast: Cast, client: Client, link: str, proof: dict[str, str]
) -> None:
    client.force_login(cast.wataru)
    assert "wataru" in client.get(link).content.decode()
    assert client.post(link, proof)["Location"] == "/my/consent/"
    assert client.get("/my/consent/").status_code == 200
    with acting_in(SYSTEM):
        assert Patient.objects.get(user=cast.wataru) == cast.taro


def test_a_log_in_that_is_somebodys_or_for_work_is_not(
    cast: Cast, client: Client, link: str, proof: dict[str, str]
) -> None:
    for user, says in ((cast.member, "already"), (cast.alice, "for work")):
        client.force_login(user)
        answer = client.post(link, proof)
        assert answer.status_code == 422
        assert says in answer.content.decode()
    with acting_in(SYSTEM):
        assert Invitation.objects.get().lives


def test_which_part_was_wrong_is_not_told_nor_which_names_are_taken(
    client: Client, link: str, proof: dict[str, str]
) -> None:
    wrongs = [{"birth_date": "1958-04-10"}, {"digits": "0000"}]
    pages = []
    for wrong, name in zip(wrongs, ("alice", "free"), strict=True):
        said = {**proof, **log_in(name), **wrong}
        answer = client.post(link, said)
        assert answer.status_code == 422
        text = answer.content.decode()
        for value in said.values():
            text = text.replace(f'value="{value}"', 'value=""')
        pages.append(re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", text))
    assert pages[0] == pages[1]
    assert "does not fit" in pages[0]
    assert "taken" not in pages[0]
    taken = client.post(link, {**proof, **log_in("Alice")})
    assert "This user name is taken" in taken.content.decode()


def test_the_fifth_wrong_proof_ends_the_link(
    client: Client, link: str, proof: dict[str, str]
) -> None:
    wrong = {**proof, **log_in(), "digits": "0000"}
    assert [client.post(link, wrong).status_code for _ in range(5)] == [422] * 4 + [404]
    assert client.post(link, {**proof, **log_in()}).status_code == 404


def test_tries_count_by_address(client: Client, link: str) -> None:
    for n in range(AN_ADDRESS):
        assert client.post(f"/join/guess{n}", {}).status_code == 404
    stopped = client.post(link, {})
    assert (stopped.status_code, stopped["Retry-After"]) == (429, "300")


def test_links_that_open_nothing_look_the_same(
    client: Client, link: str, proof: dict[str, str]
) -> None:
    client.post(link, {**proof, **log_in()})
    client.get(link)  # says once that the log-in is made
    used, unknown = client.get(link), client.get("/join/unknown")
    with acting_in(SYSTEM):
        past = timezone.now() - timedelta(days=60)
        Invitation.objects.update(
            accepted_at=None, sent_at=past, expires_at=past + timedelta(days=1)
        )
    expired = client.get(link)
    assert used.status_code == unknown.status_code == expired.status_code == 404
    pages = [_plain(answer.content.decode()) for answer in (used, unknown, expired)]
    assert pages[0] == pages[1] == pages[2]
    assert "ask your telephone company" in pages[0]


def _plain(page: str) -> str:
    page = re.sub(r"/join/[\w-]+", "/join/", page)
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page)


def test_no_is_asked_first_and_said_once(cast: Cast, client: Client, link: str) -> None:
    asked = client.get(f"{link}/no")
    assert (asked.status_code, "never asked again" in asked.content.decode()) == (200, True)
    with acting_in(SYSTEM):
        assert not OptOut.objects.exists()
    assert "Noted, for ever" in client.post(f"{link}/no").content.decode()
    with acting_in(SYSTEM):
        assert OptOut.objects.get().patient_id == cast.taro.pk
    assert client.get(f"{link}/no").status_code == client.get(link).status_code == 404
