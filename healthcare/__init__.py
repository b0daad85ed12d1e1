"""The Django project: its files are wiring, its folders the ground floor: who exists."""

from healthcare.celery import app as celery_app

__all__ = ["celery_app"]
