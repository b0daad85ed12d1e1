from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient
from healthcare.persons.comparing.weighing import Band


class ResemblanceState(models.TextChoices):
    """What a person said of a pair. `not_the_same` is for ever."""

    TO_REVIEW = "to_review", _("to look at")
    NOT_THE_SAME = "not_the_same", _("not the same person")
    MERGED = "merged", _("joined")


@tracked()
class Resemblance(models.Model):
    """Two records that may be of one person. A pair once, the older record first.

    `explanation` is a list of {field, level, weight, counted}: how far each field agrees, and
    none of its values.
    """

    # Asked by a roll-back: a guess goes with whom it is about, and holds nobody back.
    goes_with_the_person = True

    # Their keys' constraints stand in the migration, because the database itself lets a guess go
    # with a person (ON DELETE CASCADE).
    earlier = models.ForeignKey(
        Patient, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    later = models.ForeignKey(
        Patient, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    score = models.FloatField()
    band = models.TextField(choices=[(band.value, band.value) for band in Band])
    explanation = models.JSONField()
    state = models.TextField(choices=ResemblanceState.choices, default=ResemblanceState.TO_REVIEW)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.TextField(blank=True, help_text="the actor")

    objects = ScopedManager("earlier", health=False, clinic=False)

    class Meta:
        verbose_name_plural = "resemblances to other records"
        constraints = [
            models.UniqueConstraint(fields=["earlier", "later"], name="resemblance_once"),
            models.CheckConstraint(
                condition=models.Q(earlier__lt=models.F("later")), name="resemblance_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ResemblanceState.values),
                name="resemblance_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="to_review", decided_at=None)
                | (~models.Q(state="to_review") & models.Q(decided_at__isnull=False)),
                name="resemblance_is_decided_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-score", "id"],
                name="resemblance_queue",
                condition=models.Q(state="to_review"),
            ),
        ]
