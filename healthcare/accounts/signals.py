"""What this room tells higher ones, inside the transaction in which it happens."""

from django.dispatch import Signal

session_opened = Signal()
"""Somebody signed in. Gives `session` (`accounts.Session`) and `step`: of a sign-in at another
provider what `signing_in.enter_from` was told, else empty. A receiver that raises `SignInRefused`
takes the sign-in back."""


class SignInRefused(Exception):
    """What the sign-in came through has ended meanwhile. The message is shown to the person."""
