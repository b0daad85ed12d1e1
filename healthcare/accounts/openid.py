"""OpenID Connect, the authorization code flow with PKCE: to the provider, and the proof that comes
back.

The protocol's steps are Authlib's and joserfc's; here stands what we insist on: endpoints behind
https, a signature by one of the provider's published keys, our nonce, our client, and how strong
and how fresh the proof is. Source: OpenID Connect Core 1.0 (3.1), RFC 7636, RFC 8176.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.core.cache import cache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from healthcare.accounts.models import IdentityProvider
from healthcare.accounts.sealing import Sealed, unseal

SCOPE = "openid"  # who it is; no name, mail address or number is asked for
# Signatures by a key that only the provider has. `none` and HS256 prove nothing here.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY_SECONDS = 60
PATIENCE_SECONDS = (3, 7)  # to connect, to answer
KNOWN_FOR_SECONDS = 3600
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ProviderFailed(Exception):
    """The provider does not answer, or not as OpenID says. The message is for our log: it names the
    step and never a code, a token or an account."""


class ProofRefused(Exception):
    """What the provider gave proves nothing to us. The message is for our log, likewise."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an attempt sent along, and what the answer must therefore fit to."""

    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    again: bool = False
    """The person has to show at the provider once more who they are."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is at the provider. `proved_at` is when they signed in there, if it says so."""

    subject: str
    strong: bool
    proved_at: datetime | None


def address(provider: IdentityProvider, asked: Asked, *, language: str) -> str:
    """Where the browser goes. Raises `ProviderFailed`."""
    found = metadata(provider)
    wanted = {"prompt": "login", "max_age": "0"} if asked.again else {}
    url, _state = _session(provider, found, asked).create_authorization_url(
        found["authorization_endpoint"],
        state=asked.state,
        nonce=asked.nonce,
        code_verifier=asked.verifier,
        ui_locales=language,
        **wanted,
    )
    return str(url)


def redeem(
    provider: IdentityProvider, asked: Asked, *, answer: Mapping[str, str], now: datetime
) -> Proof:
    """Change the code of the provider's answer for a proof.

    Args:
        answer: the parameters with which the browser came back; `state` has been compared.

    Raises:
        ProviderFailed: the provider does not answer, or not as OpenID says.
        ProofRefused: its answer is an error, or does not fit to what was asked.
    """
    if "error" in answer:
        raise ProofRefused(f"the provider answered: {answer['error'][:60]!r}")
    found = metadata(provider)
    # RFC 9207: an answer of another provider, sent to us under this one's state.
    if answer.get("iss", found["issuer"]) != found["issuer"]:
        raise ProofRefused("the answer is another provider's")
    try:
        token = _session(provider, found, asked).fetch_token(
            found["token_endpoint"],
            grant_type="authorization_code",
            code=answer.get("code", ""),
            code_verifier=asked.verifier,
            timeout=PATIENCE_SECONDS,
            allow_redirects=False,
        )
    except AuthlibBaseError as error:
        raise ProofRefused(f"the code was refused: {error.error}") from error
    except (requests.RequestException, ValueError) as error:
        raise ProviderFailed(f"token endpoint: {type(error).__name__}") from error
    return _read(provider, asked, token, issuer=found["issuer"], now=now)


def metadata(provider: IdentityProvider) -> dict[str, str]:
    """What the provider says of itself, asked again every hour. Raises `ProviderFailed`."""
    key = f"accounts.openid:{provider.pk}:{provider.issuer}"
    kept: dict[str, str] | None = cache.get(key)
    if kept is None:
        said = _get(f"{provider.issuer}/.well-known/openid-configuration")
        if said.get("issuer") != provider.issuer:
            raise ProviderFailed("discovery: it names itself otherwise than its issuer is set")
        names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        kept = {name: secure(said.get(name)) for name in names} | {"auth": _client_auth(said)}
        cache.set(key, kept, KNOWN_FOR_SECONDS)
    return kept


def secure(url: object) -> str:
    """This address, if it is behind https, or on this machine. Raises `ProviderFailed`."""
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return str(url)
    raise ProviderFailed("discovery: an endpoint is missing, or is not behind https")


def _read(
    provider: IdentityProvider,
    asked: Asked,
    token: Mapping[str, Any],
    *,
    issuer: str,
    now: datetime,
) -> Proof:
    given = token.get("id_token")
    if not isinstance(given, str):
        raise ProviderFailed("token endpoint: no id_token")
    try:
        header, claims = _signed(provider, given)
        said = CodeIDToken(
            claims,
            header,
            {
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            {
                "nonce": asked.nonce,
                "client_id": provider.client_id,
                "access_token": token.get("access_token"),
                "max_age": asked.again,
            },
        )
        said.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    except JoseError as error:
        raise ProofRefused(f"id_token: {error.error}") from error
    except (ValueError, TypeError) as error:
        raise ProofRefused(f"id_token: {type(error).__name__}") from error
    subject = said["sub"]
    if not isinstance(subject, str) or not subject:
        raise ProofRefused("id_token: no sub")
    return Proof(subject, _is_strong(provider, said), _proved_at(said, now))


def _signed(provider: IdentityProvider, token: str) -> tuple[Any, Any]:
    """Header and claims, if one of the provider's keys signed them. A key that is not known is
    looked for once more: providers change theirs."""
    for fresh in (False, True):
        try:
            found = jwt.decode(token, _keys(provider, fresh=fresh), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if fresh:
                raise
        else:
            return found.header, found.claims
    raise AssertionError("the second time raises or returns")


def _keys(provider: IdentityProvider, *, fresh: bool) -> KeySet:
    key = f"accounts.openid.keys:{provider.pk}:{provider.issuer}"
    kept = None if fresh else cache.get(key)
    # Asked at most once a minute, whatever tokens come.
    if kept is None and (not fresh or cache.add(f"{key}:asked", 1, timeout=60)):
        kept = _get(metadata(provider)["jwks_uri"])
        cache.set(key, kept, KNOWN_FOR_SECONDS)
    known: Any = kept or cache.get(key) or {"keys": []}
    return KeySet.import_key_set(known)


def _is_strong(provider: IdentityProvider, said: Mapping[str, Any]) -> bool:
    methods = said.get("amr") or []
    return said.get("acr") in provider.strong_acr or any(
        strong in methods for strong in provider.strong_amr
    )


def _proved_at(said: Mapping[str, Any], now: datetime) -> datetime | None:
    at = said.get("auth_time")
    if not isinstance(at, int | float) or not 0 <= at <= now.timestamp() + LEEWAY_SECONDS:
        return None
    return datetime.fromtimestamp(at, UTC)


def _client_auth(said: Mapping[str, Any]) -> str:
    """How we show at the token endpoint who we are: OpenID's default where it is taken."""
    taken = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in taken else "client_secret_post"


def _session(provider: IdentityProvider, found: Mapping[str, str], asked: Asked) -> OAuth2Session:
    return OAuth2Session(
        provider.client_id,
        unseal(provider.client_secret, Sealed.CLIENT),
        token_endpoint_auth_method=found["auth"],
        scope=SCOPE,
        redirect_uri=asked.redirect_uri,
        code_challenge_method="S256",
    )


def _get(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=PATIENCE_SECONDS, allow_redirects=False)
        said = answer.json() if answer.status_code == requests.codes.ok else None
    except (requests.RequestException, ValueError) as error:
        raise ProviderFailed(f"{urlsplit(url).path}: {type(error).__name__}") from error
    if not isinstance(said, dict):
        raise ProviderFailed(f"{urlsplit(url).path}: HTTP {answer.status_code}")
    return said
