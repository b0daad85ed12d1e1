from django.db import models

from healthcare.history.tracking import tracked


@tracked()
class Package(models.Model):
    """An offering of the catalogue. What it opens and costs is in its dated versions.

    Up or down between two packages is their `rank`, never a comparison of prices.
    """

    code = models.SlugField(max_length=40, unique=True)
    rank = models.PositiveSmallIntegerField(unique=True)
    name = models.TextField(help_text="English")
    name_ja = models.TextField()
    description = models.TextField(help_text="English, one sentence a member reads")
    description_ja = models.TextField()
    product_code = models.CharField(
        max_length=20, unique=True, help_text="opaque: on a telephone bill it must tell nothing"
    )
    is_default = models.BooleanField(
        default=False, help_text="what people without a subscription are entitled to"
    )

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_package",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def display_name(self, language: str) -> str:
        """The name in the reader's language."""
        return self.name_ja if language == "ja" else self.name

    def display_description(self, language: str) -> str:
        """The description in the reader's language."""
        return self.description_ja if language == "ja" else self.description
