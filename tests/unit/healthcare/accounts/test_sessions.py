"""Sessions end at once, for just those they should end for."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from healthcare.accounts import sessions
from healthcare.accounts.browsers import in_words
from healthcare.accounts.models import Method, Session, User
from healthcare.audit.actors import command
from tests.factories import UserFactory
from tests.looking import audit_records

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BY = command("tests")


def opened(user: User, at: datetime = NOW) -> Session:
    return sessions.open_session(
        user=user, method=Method.PASSKEY, strong=True, now=at, by=user.actor
    )


def left(user: User, now: datetime = NOW) -> set[int]:
    return {one.pk for one in sessions.live(user=user, now=now)}


@pytest.mark.django_db
def test_just_these_end_once_and_whose_they_are_is_recorded() -> None:
    user, neighbour, third = UserFactory(), UserFactory(), UserFactory()
    kept, gone, theirs, hers = opened(user), opened(user), opened(neighbour), opened(third)
    wanted = [gone.pk, theirs.pk, gone.pk]
    assert sessions.end_these(wanted, why="line", now=NOW, by=BY) == 2
    assert (left(user), left(neighbour), left(third)) == ({kept.pk}, set(), {hers.pk})
    gone.refresh_from_db()
    assert gone.ended_at == NOW
    assert sessions.end_these(wanted, why="line", now=NOW, by=BY) == 0
    assert sessions.end_these([], why="line", now=NOW, by=BY) == 0
    told = audit_records(action="accounts.end_sessions")
    assert [(r.subject_id, r.details) for r in told] == [
        (str(user.pk), {"which": "line", "sessions": 1}),
        (str(neighbour.pk), {"which": "line", "sessions": 1}),
    ]


@pytest.mark.django_db
def test_many_sessions_end_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "BATCH", 2)
    user = UserFactory()
    ids = [opened(user).pk for _ in range(5)]
    assert sessions.end_these(ids, why="line", now=NOW, by=BY) == 5
    assert left(user) == set()


@pytest.mark.django_db
def test_all_one_and_others() -> None:
    user, stranger = UserFactory(), UserFactory()
    kept, second, third = opened(user), opened(user), opened(user)
    theirs = opened(stranger)
    assert sessions.end_one(user=user, session_id=theirs.pk, now=NOW, by=BY) == 0
    assert sessions.end_one(user=user, session_id=second.pk, now=NOW, by=BY) == 1
    assert sessions.end_others(user=user, kept=kept, now=NOW, by=BY) == 1
    assert left(user) == {kept.pk}
    assert sessions.end(user=user, now=NOW, by=BY) == 1
    assert left(user) == set()
    assert left(stranger) == {theirs.pk}
    third.refresh_from_db()
    assert third.ended_at == NOW
    told = [r.details["which"] for r in audit_records(action="accounts.end_sessions")]
    assert told == ["one", "others", "all"]


@pytest.mark.django_db
def test_a_session_idles_out_and_grows_old() -> None:
    user = UserFactory()
    session = opened(user)
    idle = NOW + sessions.IDLE
    assert left(user, idle - timedelta(seconds=1)) == {session.pk}
    assert left(user, idle) == set()
    sessions.see(session=session, now=idle - timedelta(seconds=1))
    assert left(user, idle) == {session.pk}
    Session.objects.update(last_seen_at=NOW + sessions.LONGEST)
    assert left(user, NOW + sessions.LONGEST - timedelta(seconds=1)) == {session.pk}
    assert left(user, NOW + sessions.LONGEST) == set()


@pytest.mark.django_db
def test_seeing_is_written_at_most_every_half_minute() -> None:
    session = opened(UserFactory())
    sessions.see(session=session, now=NOW + timedelta(seconds=29))
    assert Session.objects.get().last_seen_at == NOW
    sessions.see(session=session, now=NOW + timedelta(seconds=30))
    assert Session.objects.get().last_seen_at == NOW + timedelta(seconds=30)


@pytest.mark.django_db
def test_a_proof_is_recent_for_five_minutes() -> None:
    session = opened(UserFactory())
    assert sessions.is_recent(session=session, now=NOW + timedelta(minutes=5))
    assert not sessions.is_recent(session=session, now=NOW + timedelta(minutes=5, seconds=1))
    sessions.prove(session=session, now=NOW + timedelta(minutes=9))
    assert sessions.is_recent(session=Session.objects.get(), now=NOW + timedelta(minutes=10))


@pytest.mark.django_db
def test_a_session_is_found_for_its_own_person_only() -> None:
    user, stranger = UserFactory(), UserFactory()
    session = opened(user)
    assert sessions.find(session_id=session.pk, user=user, now=NOW) == session
    assert sessions.find(session_id=session.pk, user=stranger, now=NOW) is None
    assert sessions.find(session_id=None, user=user, now=NOW) is None
    assert sessions.find(session_id=str(session.pk), user=user, now=NOW) is None


@pytest.mark.django_db
def test_the_database_knows_the_methods() -> None:
    session = opened(UserFactory())
    with pytest.raises(IntegrityError, match="session_method_is_known"):
        Session.objects.filter(pk=session.pk).update(method="telepathy")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537 Edg/140",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537", "Chrome · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox · Linux"),
        ("curl/8.5", "curl"),
        ("<script>", ""),
    ],
)
def test_a_browser_in_words(agent: str, words: str) -> None:
    assert in_words(agent) == words
