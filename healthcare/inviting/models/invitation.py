from django.contrib.postgres.functions import RandomUUID
from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.inviting.models.wave import Channel, InvitationWave
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract

_ENDS = ("accepted_at", "expired_at", "opted_out_at", "withdrawn_at")
LIVING = models.Q(accepted_at=None, expired_at=None, opted_out_at=None, withdrawn_at=None)
"""It waits to be sent, or for its answer."""


def _one_end_at_most() -> models.Q:
    """Each invitation ends once: of two ends, one is empty."""
    rule = models.Q()
    for place, first in enumerate(_ENDS):
        for second in _ENDS[place + 1 :]:
            rule &= models.Q(**{first: None}) | models.Q(**{second: None})
    return rule


@tracked(
    # Moments that are set once stand in the row itself; the others are secrets.
    exclude=("seed", "token_hash", "wrong_proofs", "sent_at", "expires_at", "reminded_at")
)
class Invitation(models.Model):
    """One person, asked once in a wave, for the contract that they are known by.

    The link's token is computed from `seed` and the installation's key whenever a message is
    written (`healthcare.inviting.links`); only its keyed hash stands here, from the first on.
    """

    wave = models.ForeignKey(InvitationWave, on_delete=models.PROTECT, related_name="invitations")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="invitations")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="invitations")
    channel = models.TextField(choices=Channel.choices)
    planned_at = models.DateTimeField()
    seed = models.UUIDField(db_default=RandomUUID())
    token_hash = models.BinaryField(max_length=32, null=True, unique=True)
    wrong_proofs = models.PositiveSmallIntegerField(db_default=0)
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="the link opens nothing from then on")
    reminded_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    opted_out_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(
        blank=True, db_default="", help_text="a cause of `line_ends`, or a word of `ending`"
    )

    objects = ScopedManager("patient", health=False, clinic=False, operator="wave__operator")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract"], condition=LIVING, name="one_living_invitation_of_contract"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=LIVING, name="one_living_invitation_of_person"
            ),
            models.CheckConstraint(condition=_one_end_at_most(), name="invitation_ends_once"),
            models.CheckConstraint(
                condition=models.Q(sent_at=None, token_hash=None, expires_at=None)
                | models.Q(
                    sent_at__isnull=False,
                    token_hash__isnull=False,
                    expires_at__gt=models.F("sent_at"),
                ),
                name="invitation_is_sent_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=False)
                | models.Q(reminded_at=None, accepted_at=None, expired_at=None),
                name="invitation_is_answered_after_sending",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_because="")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_because="")),
                name="invitation_is_withdrawn_for_a_reason",
            ),
        ]
        indexes = [
            # What is to be reminded or has expired: of a wave, by its moment.
            models.Index(
                fields=["wave", "expires_at"], condition=LIVING, name="living_invitation_of_wave"
            ),
        ]

    @property
    def lives(self) -> bool:
        """Whether it waits to be sent, or for its answer; `LIVING` of a row in hand."""
        return all(getattr(self, end) is None for end in _ENDS)
