from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.models import Hospital


@tracked()
class Panel(models.Model):
    """A named group of a hospital's patients that somebody watches: "diabetes", "Dr Ito's".

    Panels narrow what is shown. They are never the wall: whose data may be seen at all is decided
    by care and consent.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="panels")
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "name"],
                condition=models.Q(closed_at=None),
                name="open_panel_name_in_hospital",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="panel_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
