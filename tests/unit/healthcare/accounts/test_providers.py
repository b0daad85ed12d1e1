"""Making a provider known and linking accounts, as administrators do it by command."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from healthcare.accounts.models import ExternalIdentity, IdentityProvider, User
from healthcare.accounts.sealing import Sealed, unseal
from healthcare.subscribers.models import Operator
from tests.cast import Cast
from tests.looking import audit_records
from tests.openid_running import Elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "secret"
    file.write_text("the secret\n", encoding="utf-8")
    return str(file)


def provider(**options: Any) -> IdentityProvider:
    call_command("identity_provider", code="kita", **options)
    return IdentityProvider.objects.get()


def known(elsewhere: Elsewhere, secret: str, **more: Any) -> IdentityProvider:
    given = {"name": "Kita", "issuer": elsewhere.issuer, "client_id": "x", **more}
    return provider(client_secret_file=secret, **given)


def test_a_hospitals_provider(elsewhere: Elsewhere, cast: Cast, secret: str) -> None:
    made = known(elsewhere, secret, hospital="kita")
    assert made.hospital == cast.kita
    assert made.strong_amr == ["mfa"]
    assert "the secret" not in made.client_secret
    assert unseal(made.client_secret, Sealed.CLIENT) == "the secret"
    assert "secret" not in str([record.details for record in audit_records()])


def test_an_operators_provider_changes_in_part(
    elsewhere: Elsewhere, cast: Cast, secret: str
) -> None:
    made = known(elsewhere, secret, operator="demo")
    assert Operator.objects.get(code="demo").identity_provider == made
    changed = provider(name_ja="北", strong_amr=["mfa", "hwk"])
    assert (changed.name, changed.name_ja, changed.strong_amr) == ("Kita", "北", ["mfa", "hwk"])
    assert changed.client_secret == made.client_secret
    assert not provider(off=True).is_active


def test_what_is_missing_is_named(elsewhere: Elsewhere) -> None:
    with pytest.raises(CommandError) as refused:
        provider(name="Kita")
    for option in ("--issuer", "--client-id", "--client-secret-file", "--hospital or --operator"):
        assert option in str(refused.value)
    assert not IdentityProvider.objects.exists()


@pytest.mark.parametrize("issuer", ["http://login.kita.example", "http://localhost:9", "kita"])
def test_an_issuer_that_is_none_is_refused(
    issuer: str, elsewhere: Elsewhere, cast: Cast, secret: str
) -> None:
    with pytest.raises(CommandError, match="check --issuer"):
        known(elsewhere, secret, hospital="kita", issuer=issuer)
    assert not IdentityProvider.objects.exists()


@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://another.example/token"},
        {"jwks_uri": None},
    ],
)
def test_what_a_provider_may_not_say_of_itself(
    says: dict[str, Any], elsewhere: Elsewhere, cast: Cast, secret: str
) -> None:
    elsewhere.bend(metadata=says)
    with pytest.raises(CommandError, match="does not answer as an OpenID provider"):
        known(elsewhere, secret, hospital="kita")
    assert not IdentityProvider.objects.exists()


def link(username: str, **options: Any) -> None:
    call_command("link_identity", username=username, provider="kita", **options)


def test_linking_and_its_end(
    elsewhere: Elsewhere, kita_provider: IdentityProvider, cast: Cast
) -> None:
    link("alice", subject="a-1")
    assert ExternalIdentity.objects.get().user == cast.alice
    link("alice", end=True)
    assert ExternalIdentity.objects.get().ended_at is not None
    with pytest.raises(CommandError, match="no account linked"):
        link("alice", end=True)
    assert [r.action for r in audit_records() if "identity" in r.action] == [
        "accounts.identity_linked",
        "accounts.identity_unlinked",
    ]


@pytest.mark.parametrize(
    ("username", "says"), [("charlie", "none"), ("olga", "none"), ("nobody", "Nobody is called")]
)
def test_only_those_who_work_there_are_linked(
    username: str, says: str, kita_provider: IdentityProvider, cast: Cast
) -> None:
    with pytest.raises(CommandError, match=says):
        link(username, subject="x")


def test_a_log_in_without_a_password(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "create_user", username="nora", role="clinician", hospital="kita", no_password=True
    )
    assert not User.objects.get(username="nora").has_usable_password()
    assert "password" not in capsys.readouterr().out
