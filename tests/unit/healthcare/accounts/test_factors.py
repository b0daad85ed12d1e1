"""Seeds, codes, passwords, and the commands around them."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from healthcare.accounts import factors, sessions
from healthcare.accounts.models import Method, Role, Session, User
from healthcare.accounts.passwords import context_words
from healthcare.accounts.sealing import CannotOpen, Sealed, seal, unseal
from healthcare.accounts.totp import code_at
from healthcare.audit.actors import command
from tests.factories import HospitalFactory, HospitalStaffFactory, UserFactory
from tests.looking import audit_records

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BY = command("tests")
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


# RFC 6238, appendix B, the last six of its eight digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, datetime.fromtimestamp(seconds, UTC)) == code
    assert code_at(RFC_SECRET.lower(), datetime.fromtimestamp(seconds, UTC)) == code


def test_a_secret_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="base32"):
        code_at("0189!", NOW)
    with pytest.raises(CommandError, match="--secret"):
        call_command("totp_code", "--secret", "0189!")


def test_the_command_prints_the_code() -> None:
    out = io.StringIO()
    call_command("totp_code", "--secret", RFC_SECRET, stdout=out)
    now = datetime.now(UTC)
    near = {code_at(RFC_SECRET, now - timedelta(seconds=s)) for s in (0, 30)}
    assert out.getvalue().strip() in near


def test_what_was_sealed_outlives_the_key_it_was_sealed_under(settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "old", []
    sealed = seal("seed", Sealed.SECOND_FACTOR)
    assert "seed" not in sealed
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert unseal(sealed, Sealed.SECOND_FACTOR) == "seed"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(CannotOpen, match="SECRET_KEY_FALLBACKS"):
        unseal(sealed, Sealed.SECOND_FACTOR)


@pytest.mark.parametrize(
    "guessed",
    [
        "password1234",
        "Passw0rd2026!",
        "qwertyuiopas",
        "123456789012",
        "iloveyou1234",
        "mimamori2026",
        "Mimamori-Mimamori",
        "みまもりみまもり123",
        "tanaka.kenji",
        "kita-hospital-26",
        "北総合病院北総合病院2026",
        "alice-alice-alice",
    ],
)
@pytest.mark.django_db
def test_what_is_guessed_first_is_refused(guessed: str) -> None:
    kita = HospitalFactory(code="kita", name="Kita Hospital", name_ja="北総合病院")
    user = UserFactory(username="alice", first_name="Tanaka Kenji")
    HospitalStaffFactory(user=user, hospital=kita)
    with pytest.raises(ValidationError):
        validate_password(guessed, user)


@pytest.mark.parametrize(
    "strong", ["umbrella tuesday granite flute", "xK9-tRw2_pLq7vZ", "kita umbrella granite flute"]
)
@pytest.mark.django_db
def test_what_is_not_guessed_passes(strong: str) -> None:
    user = HospitalStaffFactory(hospital__code="kita").user
    validate_password(strong, user)
    assert "kita" in context_words(user)


@pytest.mark.django_db
def test_long_passwords_are_judged_in_a_moment() -> None:
    validate_password("umbrella tuesday granite flute " * 130, UserFactory())


@pytest.mark.django_db
def test_a_code_counts_once_for_each_person_in_the_database() -> None:
    alice, bob = UserFactory(), UserFactory()
    assert factors.use_up(user=alice, code="123 456")
    assert not factors.use_up(user=alice, code="123456")
    assert factors.use_up(user=bob, code="123456")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_cacheentry")
        assert cursor.fetchone() == (2,)
    cache.clear()


@pytest.mark.django_db
def test_losing_a_factor_ends_the_sessions_and_leaves_records() -> None:
    user = UserFactory(username="alice", role=Role.CLINICIAN)
    factors.give_authenticator(user=user, now=NOW, by=BY)
    with pytest.raises(ValueError, match="already"):
        factors.give_authenticator(user=user, now=NOW, by=BY)
    sessions.open_session(user=user, method=Method.PASSWORD_AND_CODE, strong=True, now=NOW, by=BY)
    out = io.StringIO()
    call_command("reset_second_factor", "--username", "alice", "--totp", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["removed"] == 1
    kept = Authenticator.objects.get(user=user)
    assert unseal(kept.data["secret"], Sealed.SECOND_FACTOR) == answer["totp_secret"]
    assert not Session.objects.filter(ended_at=None).exists()
    told = [r.action for r in audit_records(subject_id=str(user.pk))]
    assert told.count("accounts.factor_removed") == 1
    assert told.count("accounts.factor_added") == 2
    with pytest.raises(CommandError, match="no user"):
        call_command("reset_second_factor", "--username", "nobody")


def create(*more: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(
        "create_user", "--username", "sam", "--role", "support", "--json", *more, stdout=out
    )
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.mark.django_db
def test_a_log_in_is_made_with_its_second_factor() -> None:
    answer = create("--totp")
    user = User.objects.get(username="sam")
    assert user.check_password(answer["password"])
    assert code_at(answer["totp_secret"], NOW).isdigit()
    assert factors.has_second_factor(user)


@pytest.mark.django_db
def test_a_log_in_with_a_guessable_password_is_not_made() -> None:
    with pytest.raises(CommandError, match="--password"):
        create("--password", "mimamori-sam-1")
    assert not User.objects.exists()
    assert create()["totp_secret"] is None
