"""Addresses of subscriber imports below `/api/v1/`."""

from django.urls import path

from healthcare.subscribers.api import file_views, mapping_views, views

urlpatterns = [
    path("imports", views.ImportsView.as_view(), name="imports"),
    path("imports/template", mapping_views.StandardTemplateView.as_view(), name="import-template"),
    path("imports/<int:batch_id>", views.ImportView.as_view(), name="import"),
    path("imports/<int:batch_id>/rejects", file_views.RejectsView.as_view(), name="import-rejects"),
    path(
        "imports/<int:batch_id>/outcomes", file_views.OutcomesView.as_view(), name="import-outcomes"
    ),
    path("imports/<int:batch_id>/approve", views.ApproveView.as_view(), name="import-approve"),
    path("imports/<int:batch_id>/pause", views.PauseView.as_view(), name="import-pause"),
    path("imports/<int:batch_id>/resume", views.ResumeView.as_view(), name="import-resume"),
    path("imports/<int:batch_id>/cancel", views.CancelView.as_view(), name="import-cancel"),
    path("imports/<int:batch_id>/rollback", views.RollBackView.as_view(), name="import-rollback"),
    path("mappings", mapping_views.MappingsView.as_view(), name="mappings"),
    path("mappings/try", mapping_views.TryView.as_view(), name="mapping-try"),
    path("mappings/<int:mapping_id>", mapping_views.MappingView.as_view(), name="mapping"),
    path(
        "mappings/<int:mapping_id>/template",
        mapping_views.TemplateView.as_view(),
        name="mapping-template",
    ),
]
