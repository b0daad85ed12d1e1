from datetime import date

from django.db import models
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from healthcare.accounts.models import User
from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models.search_key import SearchKey


class Sex(models.TextChoices):
    """FHIR AdministrativeGender, with the empty string for a file that does not say."""

    FEMALE = "female", _("female")
    MALE = "male", _("male")
    OTHER = "other", _("other")


@tracked()
class Patient(models.Model):
    """A person who is watched over. Invited by an import, a member once they consent.

    The telephone number is not here: it belongs to the line and changes hands.
    """

    user = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="patient"
    )
    family_name = models.TextField(blank=True)
    given_name = models.TextField(blank=True)
    family_name_kana = models.TextField(blank=True)
    given_name_kana = models.TextField(blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.TextField(blank=True, choices=Sex.choices)
    postcode = models.TextField(blank=True)
    prefecture = models.TextField(blank=True)
    email = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="ja", choices=[("en", "en"), ("ja", "ja")])
    timezone = models.TextField(default="Asia/Tokyo")
    invited_at = models.DateTimeField()
    # FHIR's Patient.link of type `replaced-by`: this record opens nothing and is found by no name.
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        # Nearly nobody is replaced: the index below holds those alone, an import pays nothing.
        db_index=False,
        help_text="the record that stands for this person now",
    )
    # What a name is searched by; see healthcare.kernel.names.
    name_key = models.GeneratedField(
        expression=SearchKey(Concat("family_name", "given_name")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    kana_key = models.GeneratedField(
        expression=SearchKey(Concat("family_name_kana", "given_name_kana")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = ScopedManager("", health=False, opens=("family",))

    class Meta:
        # In code-point order, so that a prefix is a range: `>=` and `<` keep their index under
        # row-level security, LIKE does not.
        indexes = [
            models.Index(fields=["name_key"], name="patient_by_name"),
            models.Index(fields=["kana_key"], name="patient_by_kana"),
            # Somebody is meant by full name and birth date. The day alone leaves a handful of
            # people, and one index serves names in kanji and in kana.
            models.Index(
                fields=["birth_date"],
                name="patient_by_birth",
                condition=models.Q(birth_date__isnull=False),
            ),
            models.Index(
                fields=["replaced_by"],
                name="patient_by_replacement",
                condition=models.Q(replaced_by__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sex__in=["", *Sex.values]), name="patient_sex_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(replaced_by=None)
                | (models.Q(user=None) & ~models.Q(replaced_by=models.F("id"))),
                name="patient_replaced_opens_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"

    @property
    def name(self) -> str:
        """Family name first, as the reports print it; empty when the operator sent none."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def kana(self) -> str:
        """The reading of the name in kana."""
        return f"{self.family_name_kana} {self.given_name_kana}".strip()

    def age_on(self, day: date) -> int | None:
        """Full years on that day; None when the birth date is unknown."""
        if self.birth_date is None:
            return None
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (0 if had_birthday else 1)
