"""The runtime as a Django application: it owns the queue's schema and the `serve` command."""

from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    """No models: its one migration installs the queue."""

    name = "healthcare.runtime"
    label = "runtime"
