"""Pairs of records at the support desk: looked at, joined, taken apart, told apart for good."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.persons.models import Resemblance
from healthcare.subscribers.models import Contract
from tests.cast import Cast
from tests.unit.portal.conftest import Day, SignIn

WHY = "called back on the number at the clinic"


@pytest.fixture
def sam(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.sam)


def page(client: Client, name: str, *key: int) -> str:
    answer = client.get(reverse(f"portal:persons:{name}", args=key))
    assert answer.status_code == 200
    return answer.content.decode()


def decide(client: Client, pair: int, **said: str) -> str:
    address = reverse("portal:persons:decide", args=[pair])
    return client.post(address, said, follow=True).content.decode()


def contracts_of(day: Day) -> list[set[str]]:
    """Of the earlier and of the later record: the operators of their contracts."""
    with acting_in(Scope.system("test")):
        pair = Resemblance.objects.get(pk=day.resemblance)
        return [
            set(Contract.objects.filter(patient=person).values_list("operator__code", flat=True))
            for person in (pair.earlier, pair.later)
        ]


def opened(day: Day) -> int:
    with acting_in(Scope.system("test")):
        pair = Resemblance.objects.get(pk=day.resemblance)
        people = (pair.earlier_id, pair.later_id)
        return AuditRecord.objects.filter(
            action="persons.pair_opened", patient_id__in=people
        ).count()


def test_the_queue_names_nobody_and_opening_a_pair_is_recorded_for_both(
    sam: Client, day: Day
) -> None:
    listed = page(sam, "queue")
    assert reverse("portal:persons:pair", args=[day.resemblance]) in listed
    assert "花子" not in listed
    assert opened(day) == 0
    shown = page(sam, "pair", day.resemblance)
    assert shown.count("佐藤") >= 4
    assert opened(day) == 2


def test_the_page_explains_every_point_of_the_score(sam: Client, day: Day) -> None:
    shown = page(sam, "pair", day.resemblance)
    with acting_in(Scope.system("test")):
        pair = Resemblance.objects.get(pk=day.resemblance)
    assert sum(step["weight"] for step in pair.explanation) == pytest.approx(pair.score)
    for step in pair.explanation:
        assert f"{step['weight']:.1f}" in shown
    assert "one digit differs" in shown


def test_joined_and_taken_apart_everything_is_as_it_was(sam: Client, day: Day) -> None:
    before = contracts_of(day)
    decide(sam, day.resemblance, do="same", reason=WHY)
    assert contracts_of(day) == [before[0] | before[1], set()]
    with acting_in(Scope.system("test")):
        merge = Resemblance.objects.get(pk=day.resemblance).merges.get()
    assert WHY in page(sam, "pair", day.resemblance)
    apart = reverse("portal:persons:take-apart", args=[merge.pk])
    sam.post(apart, {"reason": "the clinic says they are sisters"})
    assert contracts_of(day) == before
    assert sam.post(apart, {"reason": WHY}).status_code == 404


def test_two_persons_are_never_asked_about_again(sam: Client, day: Day) -> None:
    before = contracts_of(day)
    decide(sam, day.resemblance, do="different")
    address = reverse("portal:persons:pair", args=[day.resemblance])
    assert address not in page(sam, "queue")
    assert sam.get(address).status_code == 404
    assert sam.post(f"{address}decide", {"do": "same", "reason": WHY}).status_code == 404
    assert contracts_of(day) == before


@pytest.mark.parametrize("said", [{"do": "same", "reason": "yes"}, {"do": "perhaps"}, {}])
def test_without_a_reason_or_a_clear_word_nothing_is_done(
    sam: Client, day: Day, said: dict[str, str]
) -> None:
    before = contracts_of(day)
    assert 'class="say bad"' in decide(sam, day.resemblance, **said)
    assert contracts_of(day) == before


def test_a_day_has_so_many_pairs(sam: Client, day: Day) -> None:
    with override_settings(LOOK_UPS_A_DAY=1):
        page(sam, "pair", day.resemblance)
        answer = sam.get(reverse("portal:persons:pair", args=[day.resemblance]))
    assert answer.status_code == 429
    assert "花子" not in answer.content.decode()
    assert opened(day) == 2


def test_a_joined_record_is_found_by_nobody(sam: Client, day: Day) -> None:
    decide(sam, day.resemblance, do="same", reason=WHY)
    with acting_in(Scope.system("test")):
        pair = Resemblance.objects.get(pk=day.resemblance)
        replaced = Patient.objects.get(pk=pair.later_id)
    sought = {
        "reason": "device",
        "family_name": replaced.family_name,
        "given_name": replaced.given_name,
        "birth_date": str(replaced.birth_date),
    }
    assert sam.post(reverse("portal:support"), sought).status_code == 422
