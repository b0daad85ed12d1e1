"""The holder of a link proves to be the person, and is bound to a log-in once; or says no."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from healthcare.accounts.models import Role, User
from healthcare.hospitals.scope import acting_in
from healthcare.inviting import answering, links, opting_out
from healthcare.inviting.answering import LinkOver, NewLogIn, NotTheirs, NotThem, Proof
from healthcare.inviting.models import Invitation, InvitationWave, OptOut
from healthcare.patients.models import Consent, Patient
from healthcare.subscribers.models import Contract, Line, Operator
from healthcare.subscribers.queries import SubscriberUnknown
from tests.factories import OperatorFactory, PatientFactory, UserFactory
from tests.unit.healthcare.inviting.conftest import (
    BY,
    DAY,
    NOW,
    SYSTEM,
    all_sent,
    counts_fit,
    fresh,
    states,
    wave_of,
)

BORN = date(1958, 4, 9)
LATER = NOW + DAY
NEW = NewLogIn(username="hana", password="of hana alone 7", full_name="山田 花子")


@pytest.fixture
def wave(operator: Operator, people: list[Contract]) -> InvitationWave:
    """Its messages are out."""
    wave = wave_of(operator, "sms")
    all_sent(wave)
    return fresh(wave)


@pytest.fixture
def token(wave: InvitationWave, people: list[Contract]) -> str:
    """Of the first person."""
    with acting_in(SYSTEM):
        return links.token_of(Invitation.objects.get(contract=people[0]).seed)


@pytest.fixture
def proof(people: list[Contract]) -> Proof:
    with acting_in(SYSTEM):
        number = Line.objects.get(contract=people[0]).number
    return Proof(BORN, number[-4:])


def test_the_link_says_who_invites_and_no_more(token: str, operator: Operator) -> None:
    assert answering.inviter(token=token, now=LATER) == operator


def test_who_proves_to_be_the_person_gets_their_own_data_and_no_consent(
    wave: InvitationWave, token: str, proof: Proof, people: list[Contract]
) -> None:
    user = answering.accept(token=token, proof=proof, log_in=NEW, now=LATER)
    with acting_in(SYSTEM):
        assert Patient.objects.get(user=user).pk == people[0].patient_id
        assert not Consent.objects.exists()
    assert (user.role, user.check_password(NEW.password)) == (Role.MEMBER, True)
    assert counts_fit(wave) == {"planned": 3, "sent": 3, "accepted": 1}


def test_a_link_works_once(token: str, proof: Proof) -> None:
    answering.accept(token=token, proof=proof, log_in=NEW, now=LATER)
    for call in (
        lambda: answering.accept(token=token, proof=proof, log_in=NEW, now=LATER),
        lambda: answering.say_no(token=token, now=LATER),
        lambda: answering.check(token=token, proof=proof, now=LATER),
    ):
        with pytest.raises(LinkOver):
            call()
    assert answering.inviter(token=token, now=LATER) is None


def test_a_family_watchers_log_in_may_become_a_members(token: str, proof: Proof) -> None:
    watcher = UserFactory()
    assert answering.accept(token=token, proof=proof, log_in=watcher, now=LATER) == watcher


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.OPERATOR, Role.SUPPORT, Role.ADMIN])
def test_a_log_in_for_work_is_refused(token: str, proof: Proof, role: Role) -> None:
    with pytest.raises(NotTheirs):
        answering.accept(token=token, proof=proof, log_in=UserFactory(role=role), now=LATER)
    assert answering.inviter(token=token, now=LATER)


def test_a_log_in_that_is_somebodys_is_refused(token: str, proof: Proof) -> None:
    with acting_in(SYSTEM):
        taken = PatientFactory(user=UserFactory()).user
    with pytest.raises(NotTheirs):
        answering.accept(token=token, proof=proof, log_in=taken, now=LATER)


def test_a_name_that_is_taken_ends_nothing(token: str, proof: Proof) -> None:
    UserFactory(username="hana")
    with pytest.raises(IntegrityError):
        answering.accept(token=token, proof=proof, log_in=NEW, now=LATER)
    assert answering.inviter(token=token, now=LATER)


@pytest.mark.parametrize(
    "wrong",
    [{"birth_date": BORN + DAY}, {"digits": "0000"}, {"digits": ""}, {"digits": "９９９９"}],
)
def test_a_wrong_proof_is_counted_and_the_fifth_is_the_end(
    wave: InvitationWave, token: str, proof: Proof, wrong: dict[str, Any]
) -> None:
    said = Proof(**{"birth_date": proof.birth_date, "digits": proof.digits, **wrong})
    for _ in range(4):
        with pytest.raises(NotThem) as refused:
            answering.accept(token=token, proof=said, log_in=NEW, now=LATER)
        # Never which part.
        assert str(refused.value) == ""
    assert answering.inviter(token=token, now=LATER)
    with pytest.raises(NotThem):
        answering.check(token=token, proof=said, now=LATER)
    with pytest.raises(LinkOver):
        answering.accept(token=token, proof=proof, log_in=NEW, now=LATER)
    assert counts_fit(wave) == {"planned": 3, "sent": 3, "withdrawn": 1}
    assert not User.objects.filter(username="hana").exists()


def test_who_has_no_number_proves_by_the_contract(
    token: str, proof: Proof, people: list[Contract]
) -> None:
    with acting_in(SYSTEM):
        Line.objects.filter(contract=people[0]).delete()
    by_contract = Proof(BORN, people[0].operator_subscriber_id[-4:])
    assert answering.accept(token=token, proof=by_contract, log_in=NEW, now=LATER)


def test_expired_unknown_and_unsent_links_are_one(
    operator: Operator, token: str, people: list[Contract]
) -> None:
    assert answering.inviter(token=token, now=NOW + 30 * DAY) is None
    assert answering.inviter(token="unknown", now=LATER) is None
    assert answering.inviter(token="", now=LATER) is None
    assert answering.inviter(token=token + "x", now=LATER) is None


def test_no_is_said_by_the_link_at_once_and_for_ever(
    wave: InvitationWave, token: str, people: list[Contract]
) -> None:
    answering.say_no(token=token, now=LATER)
    assert answering.inviter(token=token, now=LATER) is None
    assert counts_fit(wave) == {"planned": 3, "sent": 3, "opted_out": 1}
    with acting_in(SYSTEM):
        assert [o.patient_id for o in OptOut.objects.all()] == [people[0].patient_id]
    again = wave_of(wave.operator, name="again", now=LATER + 60 * DAY)
    assert counts_fit(again) == {}


def test_staff_says_no_for_somebody_whose_message_still_waits(
    operator: Operator, people: list[Contract]
) -> None:
    wave = wave_of(operator, "sms")
    opting_out.opt_out_by_staff(
        operator=operator,
        operator_subscriber_id=people[1].operator_subscriber_id,
        now=NOW,
        by=BY,
    )
    assert sorted(states(wave)) == ["ended", "waiting", "waiting"]
    all_sent(wave)
    assert counts_fit(wave) == {"planned": 3, "sent": 2, "opted_out": 1}


def test_staff_opts_out_nobody_of_another_operator(people: list[Contract]) -> None:
    with pytest.raises(SubscriberUnknown):
        opting_out.opt_out_by_staff(
            operator=OperatorFactory(code="another"),
            operator_subscriber_id=people[0].operator_subscriber_id,
            now=NOW,
            by=BY,
        )


def test_the_words_say_nothing_of_the_person(token: str, proof: Proof) -> None:
    assert proof.digits not in repr(proof)
    assert NEW.password not in repr(NEW)
    assert timedelta(0) < DAY
