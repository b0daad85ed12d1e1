"""What Django is told of logging. It imports nothing of Django: the settings read it."""

from typing import Any


def configuration(level: str) -> dict[str, Any]:
    """One formatter for everything, and it writes no text of errors, no addresses as asked and
    nothing that looks like a person (docs/audit.md). Django's own handlers would write and mail
    them."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "discreet": {
                "()": "healthcare.rest.logs.Discreet",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "discreet"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "NOTSET", "propagate": True},
            "django.server": {"handlers": [], "level": "NOTSET", "propagate": True},
            # Below INFO these write statements with their values, and messages with their bodies.
            **{
                name: {"level": "INFO" if level == "DEBUG" else level}
                for name in ("django.db.backends", "kombu", "amqp", "psycopg")
            },
        },
    }
