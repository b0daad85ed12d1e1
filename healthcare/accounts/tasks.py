"""Background work of sign-in."""

from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task(name="healthcare.accounts.tasks.forget_expired_sessions")
def forget_expired_sessions() -> None:
    """Delete what browsers' expired sessions held. Run it once a day.

    The rows that say who was signed in when (`accounts.Session`) stay.
    """
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
