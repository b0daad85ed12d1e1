"""Fixtures that every test may use."""

from django.test import Client

from tests.signing_in import strongly

pytest_plugins = ["tests.cast", "tests.openid_running"]

# `client.force_login` opens a session as strong as a password and a code would; what a real
# sign-in needs is tested over HTTP in tests/unit/portal/test_signing.py.
Client.force_login = strongly(Client.force_login)  # type: ignore[method-assign]
