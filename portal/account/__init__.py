"""Everybody's own sign-in: where they are signed in, their second factors, their password."""
