"""Whom a message is for, asked at the moment of writing it. Nothing of this is kept or logged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from healthcare.inviting.models import Channel, Invitation
from healthcare.subscribers.models import Line, LineSuspension


@dataclass(frozen=True, slots=True)
class Recipient:
    """How to reach one person today; what is unknown is empty."""

    name: str
    language: str
    email: str
    number: str
    postcode: str
    prefecture: str
    subscriber_id: str

    def reached_by(self, channel: str) -> bool:
        """Whether this way leads to them."""
        match channel:
            case Channel.SMTP:
                return bool(self.email)
            case Channel.LETTER:
                return bool(self.name and self.postcode)
            case Channel.SMS:
                return bool(self.number)
            case _:
                return True


def recipients(invitations: Iterable[Invitation], *, on: date) -> dict[int, Recipient]:
    """By invitation, whose patient and contract are loaded. `on` is the operator's day."""
    asked = list(invitations)
    contracts = [invitation.contract_id for invitation in asked]
    numbers = dict(
        Line.objects.filter(contract_id__in=contracts, period__contains=on).values_list(
            "contract_id", "number"
        )
    )
    # Nothing arrives on a line that is cut off.
    for cut_off in LineSuspension.objects.filter(
        contract_id__in=contracts, period__contains=on
    ).values_list("contract_id", flat=True):
        numbers.pop(cut_off, None)
    return {
        invitation.pk: _recipient(invitation, numbers.get(invitation.contract_id, ""))
        for invitation in asked
    }


def _recipient(invitation: Invitation, number: str) -> Recipient:
    person = invitation.patient
    return Recipient(
        name=person.name,
        language=person.language,
        email=person.email,
        number=number,
        postcode=person.postcode,
        prefecture=person.prefecture,
        subscriber_id=invitation.contract.operator_subscriber_id,
    )
