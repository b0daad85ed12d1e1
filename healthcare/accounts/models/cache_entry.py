from django.db import models


class CacheEntry(models.Model):
    """The table of Django's database cache, as `createcachetable` would make it. Nobody reads it
    through this model: it is here so that a migration makes the table and tests empty it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
