from django.apps import AppConfig


class PackagesConfig(AppConfig):
    """What it costs: the catalogue, subscriptions, invoices, and charges on the operator's bill."""

    name = "packages"
    label = "packages"
