"""Addresses of the operators' pages."""

from django.urls import path

from portal.operator import billing, devices, imports, invitations, loading, mappings, reconciling

app_name = "operator"

urlpatterns = [
    path("", imports.imports, name="imports"),
    path("imports/new", imports.upload, name="upload"),
    path("imports/template.csv", mappings.standard_template, name="template"),
    path("imports/<int:batch_id>/", imports.batch, name="batch"),
    path("imports/<int:batch_id>/rejects.csv", imports.rejects_file, name="rejects"),
    path(
        "imports/<int:batch_id>/reconciliation", reconciling.reconciliation, name="reconciliation"
    ),
    path("imports/<int:batch_id>/outcomes.csv", reconciling.outcomes_file, name="outcomes"),
    path("mappings/", mappings.mappings, name="mappings"),
    path("mappings/new", mappings.new, name="new-mapping"),
    path("mappings/<int:mapping_id>/", mappings.mapping, name="mapping"),
    path("mappings/<int:mapping_id>/template.csv", mappings.template, name="mapping-template"),
    path("imports/<int:batch_id>/approve", loading.approve, name="approve"),
    *(
        path(f"imports/<int:batch_id>/{order}", loading.steer, {"order": order}, name=order)
        for order in loading.ORDERS
    ),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/new", invitations.new, name="new-wave"),
    path("invitations/opt-out", invitations.opt_out, name="opt-out"),
    path("invitations/<int:wave_id>/", invitations.wave, name="wave"),
    path("invitations/<int:wave_id>/start", invitations.start, name="start-wave"),
    *(
        path(
            f"invitations/<int:wave_id>/{order.removesuffix('-wave')}",
            invitations.steer,
            {"order": order},
            name=order,
        )
        for order in invitations.ORDERS
        if order != "start-wave"
    ),
    path("invitations/<int:wave_id>/again", invitations.try_again, name="try-again"),
    path("devices/", devices.devices, name="devices"),
    path("billing/", billing.runs, name="billing"),
    path("billing/start", billing.start, name="start-billing"),
    path("billing/<int:run_id>/", billing.run, name="run"),
    path("billing/<int:run_id>/commit", billing.commit, name="commit"),
    path("billing/<int:run_id>/charges.csv", billing.charges, name="charges"),
]
