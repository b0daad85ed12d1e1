"""Addresses of the members' pages."""

from django.urls import path

from portal.my import (
    along,
    apps,
    consent,
    devices,
    family,
    home,
    invoices,
    measuring,
    packages,
    readings,
    seen,
    single,
)

app_name = "my"

urlpatterns = [
    path("", home.home, name="home"),
    path("measure/", measuring.measure, name="measure"),
    path("measure/readings", measuring.send, name="send-readings"),
    path("readings/", readings.pressure, name="readings"),
    path("readings/single/", single.readings, name="single-readings"),
    path("sleep/", readings.sleep, name="sleep"),
    path("body/", readings.body, name="body"),
    path("packages/", packages.packages, name="packages"),
    path("packages/preview", packages.preview, name="preview"),
    path("packages/confirm", packages.confirm, name="confirm"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("consent/", consent.consent, name="consent"),
    path("apps/", apps.apps, name="apps"),
    path("apps/authorize", apps.authorize, name="authorize"),
    path("devices/", devices.devices, name="devices"),
    path("devices/<int:holding_id>/back", devices.give_back, name="give-back"),
    path("whose/", devices.whose_is_this, name="whose"),
    path("seen/", seen.seen, name="seen"),
    path("family/", family.family, name="family"),
    path("family/<int:watcher_id>/end", family.end, name="end-watching"),
    path("watching/", along.listed, name="watching"),
    path("watching/join", along.join, name="join-watching"),
    path("watching/<int:patient_id>/", along.home, name="along"),
    path("watching/<int:patient_id>/readings/", along.pressure, name="along-readings"),
    path("watching/<int:patient_id>/sleep/", along.sleep, name="along-sleep"),
    path("watching/<int:patient_id>/leave", along.leave, name="leave-watching"),
]
