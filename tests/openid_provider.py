"""An OpenID provider on loopback, in a process of its own: `python -m tests.openid_provider PORT`.

The protocol is oidc-provider-mock's. Around it stands what that leaves out or a test has to bend:
PKCE is checked, `auth_time` is told, keys can change, and `PUT /bend` makes it answer wrongly.
"""

import base64
import hashlib
import hmac
import io
import json
import os
import sys
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

HOST = "localhost"
JSON = [("Content-Type", "application/json")]
KEYS = [RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("first", "second")]


def websafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider:
    """Bends the answers of the provider inside as it was told by `PUT /bend`.

    {"claims": {"nonce": "x", "amr": null}, "key": 1, "published": [0], "alg": "none", "down": true,
     "metadata": {"issuer": "x"}}
    sets or leaves out claims, signs with another key than is published, or with none, answers 500,
    or says something else of itself. An empty object makes it honest again.
    """

    def __init__(self, inside: WSGIApplication) -> None:
        self.inside = inside
        self.bent: dict[str, Any] = {}
        self.challenges: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        path = environ["PATH_INFO"]
        if path == "/bend":
            self.bent = json.loads(body)
            return self._say(start, "200 OK", {})
        if self.bent.get("down"):
            return self._say(start, "500 Internal Server Error", {})
        if path == "/jwks":
            shown = [KEYS[i].as_dict(private=False) for i in self.bent.get("published", [0, 1])]
            return self._say(start, "200 OK", {"keys": shown})
        if path == "/oauth2/token":
            given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            return self._token(environ, start, given)
        return self._pass(environ, start)

    def _pass(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer, status, headers = run_wsgi_app(self.inside, environ)
        if environ["PATH_INFO"] == "/.well-known/openid-configuration":
            said = json.loads(b"".join(answer)) | self.bent.get("metadata", {})
            return self._say(start, status, said)
        asked = parse_qs(environ.get("QUERY_STRING", ""))
        sent_to = urlsplit(headers.get("Location", ""))
        code = parse_qs(sent_to.query).get("code")
        if code and asked["code_challenge_method"] == ["S256"]:
            self.challenges[code[0]] = asked["code_challenge"][0]
        start(status, list(headers))
        return answer

    def _token(
        self, environ: WSGIEnvironment, start: StartResponse, given: dict[str, str]
    ) -> Iterable[bytes]:
        verifier = given.get("code_verifier", "").encode()
        challenge = self.challenges.pop(given.get("code", ""), None)
        if challenge != websafe(hashlib.sha256(verifier).digest()):
            return self._say(start, "400 Bad Request", {"error": "invalid_grant"})
        answer, status, _headers = run_wsgi_app(self.inside, environ)
        said = json.loads(b"".join(answer))
        if "id_token" in said:
            said["id_token"] = self._sign(said["id_token"])
        return self._say(start, status, said)

    def _sign(self, token: str) -> str:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        claims = {"auth_time": int(time.time()), **claims, **self.bent.get("claims", {})}
        claims = {name: value for name, value in claims.items() if value is not None}
        claims.pop("at_hash", None)
        key = KEYS[self.bent.get("key", 0)]
        alg = self.bent.get("alg", "RS256")
        if alg == "RS256":
            return jwt.encode({"alg": alg, "kid": key.kid}, claims, key)
        # What no honest library signs: nothing at all, or the published key taken for a secret.
        header = {"alg": alg, "typ": "JWT", "kid": key.kid}
        signed = ".".join(websafe(json.dumps(part).encode()) for part in (header, claims))
        secret = key.as_pem(private=False)
        mac = hmac.digest(secret, signed.encode(), "sha256") if alg == "HS256" else b""
        return f"{signed}.{websafe(mac)}"

    def _say(self, start: StartResponse, status: str, said: object) -> Iterable[bytes]:
        start(status, list(JSON))
        return [json.dumps(said).encode()]


if __name__ == "__main__":
    # It speaks http, on loopback only; that is said to the library of this process alone.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    inside = oidc_provider_mock.app(require_nonce=True)
    make_server(HOST, int(sys.argv[1]), Provider(inside.wsgi_app)).serve_forever()
