"""A member lets somebody watch along, by a code that works once, and either ends it at once."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting, watching_along
from healthcare.patients.access import scope_for, scope_for_family
from healthcare.patients.models import Consent, Patient, Purpose, Watcher
from healthcare.patients.watching_along import VALID, WatchingRefused
from healthcare.subscribers.models import Contract
from tests.cast import Cast
from tests.factories import UserFactory, WatcherFactory
from tests.looking import audit_records


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def invite(cast: Cast, now: datetime) -> str:
    with acting_in(scope_for(cast.member, now=now)):
        return watching_along.invite(patient=cast.hanako, now=now, by=cast.member.actor)


def watched(user: object, now: datetime) -> set[str]:
    with acting_in(scope_for_family(user, now=now)):  # type: ignore[arg-type]
        return {w.patient.family_name for w in watching_along.watched_by(user, now=now)}  # type: ignore[arg-type]


def test_a_code_is_used_once(cast: Cast, now: datetime) -> None:
    code = invite(cast, now)
    yuki, other = UserFactory(username="yuki"), UserFactory(username="other")
    spoken = code.replace("-", " ").lower()
    assert watching_along.accept(code=spoken, user=yuki, now=now) == cast.hanako.pk
    assert watched(yuki, now) == {"佐藤"}
    with pytest.raises(WatchingRefused, match="code"):
        watching_along.accept(code=code, user=other, now=now)
    assert watched(other, now) == set()


def test_a_code_expires_and_is_taken_back(cast: Cast, now: datetime) -> None:
    yuki = UserFactory()
    late, taken = invite(cast, now), invite(cast, now)
    with pytest.raises(WatchingRefused, match="code"):
        watching_along.accept(code=late, user=yuki, now=now + VALID)
    with acting_in(scope_for(cast.member, now=now)):
        for invitation in watching_along.invitations(cast.hanako, now=now):
            watching_along.end(watcher=invitation, now=now, by=cast.member.actor)
    with pytest.raises(WatchingRefused, match="code"):
        watching_along.accept(code=taken, user=yuki, now=now)


def test_who_may_use_a_code(cast: Cast, now: datetime) -> None:
    code = invite(cast, now)
    for user, why in ((cast.member, "own"), (cast.wataru, "already"), (cast.alice, "role")):
        with pytest.raises(WatchingRefused, match=why):
            watching_along.accept(code=code, user=user, now=now)
    for nonsense in ("", "AAAA-AAAA-AAAA", "'; --"):
        with pytest.raises(WatchingRefused, match="code"):
            watching_along.accept(code=nonsense, user=UserFactory(), now=now)


def test_only_so_many_codes_wait(cast: Cast, now: datetime) -> None:
    codes = {invite(cast, now) for _ in range(watching_along.MOST_INVITATIONS)}
    assert len(codes) == watching_along.MOST_INVITATIONS
    with pytest.raises(WatchingRefused, match="invitations"):
        invite(cast, now)
    assert invite(cast, now + VALID)


def test_the_code_itself_is_not_stored(cast: Cast, now: datetime) -> None:
    code = invite(cast, now)
    with acting_in(Scope.system("test")):
        row = Watcher.objects.filter(accepted_at=None).values().get()
    assert code.replace("-", "").encode() not in bytes(row["code_hash"])
    assert code not in str(row)


@pytest.mark.parametrize("who", ["member", "wataru"])
def test_either_ends_it_at_once(who: str, cast: Cast, now: datetime) -> None:
    assert watched(cast.wataru, now) == {"佐藤"}
    scope = scope_for(cast.member, now=now) if who == "member" else scope_for_family(
        cast.wataru, now=now
    )  # fmt: skip
    later = now + timedelta(seconds=1)
    with acting_in(scope):
        watcher = Watcher.objects.get(user=cast.wataru)
        for _ in range(2):
            watching_along.end(watcher=watcher, now=later, by=getattr(cast, who).actor)
    assert watched(cast.wataru, later) == set()
    assert len(audit_records(action="patients.watcher_ended")) == 1
    with acting_in(Scope.system("test")):
        assert Watcher.objects.get(user=cast.wataru).ended_by == str(getattr(cast, who).actor)


def test_it_works_only_while_the_member_consents_to_care(cast: Cast, now: datetime) -> None:
    with acting_in(Scope.system("test")):
        consenting.withdraw(
            patient=cast.hanako, purposes=[Purpose.CARE], now=now, by=cast.member.actor
        )
    assert watched(cast.wataru, now) == set()


def test_watching_shows_neither_consent_nor_contract(cast: Cast, now: datetime) -> None:
    with acting_in(scope_for_family(cast.wataru, now=now)):
        assert Patient.objects.count() == 1
        assert Consent.objects.count() == 0
        assert Contract.objects.count() == 0
    for nobody in (cast.alice, cast.sam, cast.olga, cast.ada, cast.member):
        with acting_in(scope_for_family(nobody, now=now)):
            assert Patient.objects.count() == 0
    cast.wataru.is_active = False
    assert scope_for_family(cast.wataru, now=now) == Scope.nobody()


def test_who_watches_is_no_business_of_operators_and_the_desk(cast: Cast, now: datetime) -> None:
    for scope in (Scope.operator(cast.demo.pk), Scope.support(), scope_for(cast.charlie, now=now)):
        with acting_in(scope):
            assert Watcher.objects.count() == 0


def test_the_database_keeps_invitations_and_watchers_whole(cast: Cast) -> None:
    with acting_in(Scope.system("test")):
        with pytest.raises(IntegrityError, match="one_watching"), transaction.atomic():
            WatcherFactory(patient=cast.hanako, user=cast.wataru)
        with pytest.raises(IntegrityError, match="accepted_whole"), transaction.atomic():
            WatcherFactory(patient=cast.taro, accepted_at=None)
