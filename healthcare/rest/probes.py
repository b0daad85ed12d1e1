"""Is the process alive, and may it be sent traffic."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from healthcare.rest import problems


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. It asks nobody else, so a slow database never gets it restarted."""
    return JsonResponse({"status": "ok"})


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and its schema is the code's."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return problems.response(503, "The database does not answer.", retry_after=5)
    if pending:
        return problems.response(
            503, f"{len(pending)} migrations are to be applied: manage.py migrate.", retry_after=30
        )
    return JsonResponse({"status": "ready"})
