from django.contrib.postgres.fields import ArrayField
from django.db import models


class News(models.Model):
    """Readings came for these people and their worklist rows do not know it yet.

    One narrow row a commit of readings, taken away by the next refresh: whoever posts writes where
    nobody else does, and waits for nobody.
    """

    patient_ids = ArrayField(models.BigIntegerField())
    received_at = models.DateTimeField()
