from django.apps import AppConfig
from django.core.checks import register


class ReportsConfig(AppConfig):
    """What the readings mean: analysis, alerts, reports."""

    name = "reports"

    def ready(self) -> None:
        # A receiver exists only once its module is imported, and models only from here on.
        from devices.signals import readings_stored, readings_suspect  # noqa: PLC0415
        from reports.checks import hints_exist  # noqa: PLC0415
        from reports.monitoring import watching  # noqa: PLC0415

        register(hints_exist)
        readings_stored.connect(watching.on_readings_stored, dispatch_uid="reports.stored")
        readings_suspect.connect(watching.on_readings_suspect, dispatch_uid="reports.suspect")
