"""Addresses of the members' pages."""

from django.urls import path

from portal.my import apps, consent, home, invoices, packages, readings, seen

app_name = "my"

urlpatterns = [
    path("", home.home, name="home"),
    path("readings/", readings.pressure, name="readings"),
    path("sleep/", readings.sleep, name="sleep"),
    path("packages/", packages.packages, name="packages"),
    path("packages/preview", packages.preview, name="preview"),
    path("packages/confirm", packages.confirm, name="confirm"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("consent/", consent.consent, name="consent"),
    path("apps/", apps.apps, name="apps"),
    path("apps/authorize", apps.authorize, name="authorize"),
    path("seen/", seen.seen, name="seen"),
]
