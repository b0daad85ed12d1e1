"""Fixtures that every test may use."""

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from tests.signing_in import strongly

pytest_plugins = ["tests.cast", "tests.openid_running"]

# The suite hashes some thousand passwords, and nobody steals them.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64
Argon2PasswordHasher.parallelism = 1

# `client.force_login` opens a session as strong as a password and a code would; what a real
# sign-in needs is tested over HTTP in tests/unit/portal/test_signing.py.
Client.force_login = strongly(Client.force_login)  # type: ignore[method-assign]

# Every test client starts a site of its own, and each would walk through all static files again.
_walk = WhiteNoiseMiddleware.add_files_from_finders
_static: dict[str, StaticFile] = {}


def _add_files_once(site: WhiteNoiseMiddleware) -> None:
    if not _static:
        _walk(site)
        _static.update(site.files)
    site.files.update(_static)


WhiteNoiseMiddleware.add_files_from_finders = _add_files_once
