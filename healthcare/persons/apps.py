from django.apps import AppConfig


class PersonsConfig(AppConfig):
    """Persons who came by two routes: pairs to look at, and records joined into one."""

    name = "healthcare.persons"
    label = "persons"
