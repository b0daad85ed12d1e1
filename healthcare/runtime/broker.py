"""Which broker carries Celery's messages, and how it must behave.

PostgreSQL holds the truth; a message only says "look now". Every value below bounds how long a
message may stay unseen after its worker was killed.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Below this a task still running would be delivered twice: tasks end within 45 s.
VISIBILITY_TIMEOUT = 60

REDIS_SCHEMES = ("redis", "rediss", "sentinel")
RABBITMQ_SCHEMES = ("amqp", "amqps", "pyamqp")


def celery_broker(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return Celery's broker settings, lower-case and without a namespace.

    CELERY_BROKER_URL unset: a PGMQ queue in Django's default database, whichever that is; the
    worker's connection starts the embedded server by itself. Set: Redis or RabbitMQ.
    """
    url = environ.get("CELERY_BROKER_URL", "").strip()
    if not url:
        return _pgmq()
    scheme = url.partition("://")[0]
    if scheme in REDIS_SCHEMES:
        return _redis(url)
    if scheme in RABBITMQ_SCHEMES:
        return {"broker_url": url, "broker_heartbeat": 30}
    raise ImproperlyConfigured(
        "CELERY_BROKER_URL: it must begin with redis:// or rediss:// (Redis) or with amqp:// or "
        "amqps:// (RabbitMQ). Unset it to keep the queue in PostgreSQL."
    )


def _pgmq() -> dict[str, Any]:
    return {
        "broker_url": "pgmq://database",
        "broker_transport": "healthcare.runtime.pgmq_transport:Transport",
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_TIMEOUT,
            "wait_time_seconds": 1,  # the worker looks up from its wait once a second
            "poll_interval_ms": 100,
            "polling_interval": 0.1,
            "init_extension": False,  # a migration installs the schema; there is no extension
            "pool_size": 2,
        },
        # Replies, events and gossip would each make a table per worker, and a worker that is
        # killed leaves its table behind.
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
    }


def _redis(url: str) -> dict[str, Any]:
    return {
        "broker_url": url,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_TIMEOUT,
            # With Kombu's defaults a killed worker's tasks came back after 100 s.
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
    }
