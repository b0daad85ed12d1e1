from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """People, what they consent to, and who cares for them."""

    name = "healthcare.patients"
    label = "patients"
