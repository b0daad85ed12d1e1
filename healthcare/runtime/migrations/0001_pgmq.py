from django.db import migrations

from healthcare.runtime.queue_schema import install, remove


class Migration(migrations.Migration):
    """Celery's queue when CELERY_BROKER_URL is unset: the SQL-only schema of PGMQ."""

    initial = True
    dependencies = []
    operations = [migrations.RunPython(install, remove, elidable=False)]
