"""An operator's staff plan a wave, start it, look at it; nobody of another operator does."""

import pytest
from django.test import Client
from django.urls import reverse

from healthcare.audit.models import AuditRecord
from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import leading
from healthcare.inviting.models import InvitationWave, OptOut, OutboxMessage
from tests.cast import Cast
from tests.unit.portal.conftest import BY, Day, SignIn

pytestmark = pytest.mark.django_db

SYSTEM = Scope.system("a test")
WAVE = {
    "name": "New Year",
    "cut_over_on": "2026-01-02",
    "starts_at": "2026-12-01T09:00",
    "first": "letter",
    "second": "sms",
    "third": "sms",
    "pace": 30,
    "expiry_days": 20,
    "reminder_days": 5,
}


def say(client: Client, wave_id: int, order: str) -> str:
    url = reverse(f"portal:operator:{order}", args=[wave_id])
    assert client.post(url).status_code == 302
    return client.get(reverse("portal:operator:wave", args=[wave_id])).content.decode()


def test_a_wave_is_planned_in_the_operators_zone_and_leaves_only_when_started(
    cast: Cast, sign_in: SignIn
) -> None:
    client = sign_in(cast.olga)
    answer = client.post(reverse("portal:operator:new-wave"), WAVE)
    with acting_in(SYSTEM):
        wave = InvitationWave.objects.get(operator=cast.demo)
    assert answer["Location"] == reverse("portal:operator:wave", args=[wave.pk])
    assert (wave.channels, wave.pace) == (["letter", "sms"], 30)
    assert wave.starts_at.isoformat() == "2026-12-01T00:00:00+00:00"
    assert wave.made_by == str(cast.olga.actor)
    page = client.get(answer["Location"]).content.decode()
    assert "refreshes by itself" in page
    with acting_in(SYSTEM):
        while leading.step(wave_id=wave.pk, now=wave.made_at, by=BY):
            pass
    assert "Invite 1 person" in client.get(answer["Location"]).content.decode()
    assert "going out" in say(client, wave.pk, "start-wave")
    assert "paused" in say(client, wave.pk, "pause-wave")
    assert "going out" in say(client, wave.pk, "resume-wave")
    assert "cancelled" in say(client, wave.pk, "cancel-wave")
    assert "This cannot be done now" in say(client, wave.pk, "start-wave")
    with acting_in(Scope.audit()):
        done = AuditRecord.objects.filter(subject_type="wave", actor_id=str(cast.olga.pk))
        assert list(done.order_by("pk").values_list("action", flat=True)) == [
            f"inviting.wave_{verb}"
            for verb in ("planned", "started", "paused", "resumed", "cancelled")
        ]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"pace": 0}, "greater than or equal to 1"),
        ({"reminder_days": 20}, "before the link expires"),
        ({"first": "pigeon"}, "Select a valid choice"),
        ({"first": "smtp"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said(
    cast: Cast, sign_in: SignIn, wrong: dict[str, object], says: str
) -> None:
    answer = sign_in(cast.olga).post(reverse("portal:operator:new-wave"), {**WAVE, **wrong})
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_what_was_given_up_is_shown_and_tried_again(cast: Cast, day: Day, sign_in: SignIn) -> None:
    with acting_in(SYSTEM):
        OutboxMessage.objects.filter(wave=day.wave).update(state="dead", error="unreachable")
        InvitationWave.objects.filter(pk=day.wave).update(failed=1)
    client = sign_in(cast.olga)
    page = client.get(reverse("portal:operator:wave", args=[day.wave])).content.decode()
    assert "<code>unreachable</code>" in page
    assert "1 message goes out again" in say(client, day.wave, "try-again")
    with acting_in(SYSTEM):
        assert OutboxMessage.objects.get(wave=day.wave).state == "waiting"


def test_a_pulled_brake_is_shown(cast: Cast, day: Day, sign_in: SignIn) -> None:
    pulling.pull(kind=Kind.INVITATIONS, reason="a wrong text", now=day.now, by=BY)
    client = sign_in(cast.olga)
    for page in (
        reverse("portal:operator:invitations"),
        reverse("portal:operator:wave", args=[day.wave]),
    ):
        assert "a wrong text" in client.get(page).content.decode()


def test_staff_notes_who_wants_none(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.olga)
    url = reverse("portal:operator:opt-out")
    assert client.post(url, {"operator_subscriber_id": "NOBODY"}).status_code == 422
    assert client.post(url, {"operator_subscriber_id": "TARO"}).status_code == 302
    with acting_in(SYSTEM):
        assert OptOut.objects.get().patient_id == cast.taro.pk
        assert InvitationWave.objects.get(pk=day.wave).opted_out == 1


def test_another_operators_staff_finds_nothing(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.oscar)
    assert "first" not in client.get(reverse("portal:operator:invitations")).content.decode()
    for order in ("start-wave", "pause-wave", "resume-wave", "cancel-wave", "try-again"):
        url = reverse(f"portal:operator:{order}", args=[day.wave])
        assert client.post(url).status_code == 404
    taros = {"operator_subscriber_id": "TARO"}
    assert client.post(reverse("portal:operator:opt-out"), taros).status_code == 422
    with acting_in(SYSTEM):
        assert not OptOut.objects.exists()
