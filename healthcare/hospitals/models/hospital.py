from django.db import models


class Hospital(models.Model):
    """A hospital or clinic whose clinicians watch their patients here."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.TextField()
    name_ja = models.TextField(blank=True)
    timezone = models.TextField(default="Asia/Tokyo")
    language = models.CharField(max_length=2, default="en", choices=[("en", "en"), ("ja", "ja")])
    scheme = models.TextField(default="jsh2025-home", help_text="rule scheme of its reports")
    telephone = models.TextField(blank=True)
    watching_hours = models.TextField(
        blank=True, help_text="when somebody looks at alerts, in words, shown to members"
    )
    patients_a_day = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="how many patients a clinician may look at in a day; empty: the usual number",
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def display_name(self, language: str) -> str:
        """The name in the reader's language, else the one there is."""
        return self.name_ja if language == "ja" and self.name_ja else self.name
