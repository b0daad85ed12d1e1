"""Paths below /api/v1/."""

from django.urls import path

from packages.api.views import InvoiceList, InvoicePreview, PackageList, SubscriptionList

urlpatterns = [
    path("packages", PackageList.as_view(), name="packages"),
    path("subscriptions", SubscriptionList.as_view(), name="subscriptions"),
    path("invoices", InvoiceList.as_view(), name="invoices"),
    path("invoice-preview", InvoicePreview.as_view(), name="invoice-preview"),
]
