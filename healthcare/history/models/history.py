import pghistory.models
from django.db import models

from healthcare.audit.transactions import CurrentTransaction


class History(pghistory.models.Event):
    """A row as it was until `pgh_created_at`: every tracked column under its own name.

    `pgh_label` says whether it was updated or deleted, `pgh_obj` is the row itself. The audit
    records with the same transaction and beginning say who did it (`healthcare.history.queries`).
    """

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_transaction = models.BigIntegerField(editable=False, db_default=CurrentTransaction())

    class Meta:
        abstract = True
