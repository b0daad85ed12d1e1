"""Addresses of the support desk's pages about records of one person."""

from django.urls import path

from portal.support import persons

app_name = "persons"

urlpatterns = [
    path("", persons.queue, name="queue"),
    path("<int:resemblance_id>/", persons.pair, name="pair"),
    path("<int:resemblance_id>/decide", persons.decide, name="decide"),
    path("merges/<int:merge_id>/undo", persons.take_apart, name="take-apart"),
]
