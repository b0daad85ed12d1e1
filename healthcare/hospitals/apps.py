from django.apps import AppConfig


class HospitalsConfig(AppConfig):
    """Hospitals and wards, and the scope that says whose data a transaction may touch."""

    name = "healthcare.hospitals"
    label = "hospitals"
