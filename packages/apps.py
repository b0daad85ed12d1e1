from django.apps import AppConfig


class PackagesConfig(AppConfig):
    """What it costs: the catalogue, subscriptions, invoices, and charges on the operator's bill."""

    name = "packages"
    label = "packages"

    def ready(self) -> None:
        """Listen for lines that end."""
        from healthcare.subscribers.signals import ends_undone, lines_ended  # noqa: PLC0415
        from packages import stopping  # noqa: PLC0415

        lines_ended.connect(stopping.stop, dispatch_uid="packages.stopping.stop")
        ends_undone.connect(stopping.undo, dispatch_uid="packages.stopping.undo")
