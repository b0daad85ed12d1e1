from django.db import models

from healthcare.kernel.names import HIRAGANA, KATAKANA


class SearchKey(models.Func):
    """`healthcare.kernel.names.search_key` as PostgreSQL computes it."""

    template = (
        "replace(translate(lower(normalize(%(expressions)s, NFKC)),"
        f" '{HIRAGANA}', '{KATAKANA}'), ' ', '')"
    )
    output_field = models.TextField()
