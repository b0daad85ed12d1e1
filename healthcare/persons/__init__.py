"""Persons who came by two routes: found, decided by a person, joined and taken apart again."""
