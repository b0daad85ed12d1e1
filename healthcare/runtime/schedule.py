"""What beat rings, and how often, in seconds. Each task looks for work that is due by its row."""

BEAT_SCHEDULE = {
    # The sweep rings again for every requested report whose message was lost.
    "reports.sweep": {"task": "reports.tasks.sweep", "schedule": 20.0},
    "subscribers.sweep": {"task": "healthcare.subscribers.tasks.sweep", "schedule": 60.0},
    # Whom a finished import brought is compared once with everybody who came by another route.
    "persons.sweep": {"task": "healthcare.persons.tasks.sweep", "schedule": 60.0},
    "reports.refresh_worklist": {"task": "reports.tasks.refresh_worklist", "schedule": 10.0},
    # What unknown devices sent is sealed for 30 days; a quarter of a day later is soon enough.
    "devices.erase_unclaimed": {"task": "devices.tasks.erase_unclaimed", "schedule": 21_600.0},
    "accounts.forget_sessions": {
        "task": "healthcare.accounts.tasks.forget_expired_sessions",
        "schedule": 86_400.0,
    },
    "devices.erase_dead_letters": {"task": "devices.tasks.erase_dead_letters", "schedule": 21_600},
    "devices.forget_tokens": {"task": "devices.tasks.forget_expired_tokens", "schedule": 86_400.0},
    "inviting.sweep": {"task": "healthcare.inviting.tasks.sweep", "schedule": 20.0},
}
