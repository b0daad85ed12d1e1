"""Messages that leave one by one: e-mail, and text files to look at."""

import smtplib
from collections.abc import Sequence
from datetime import datetime

from django.core.mail import EmailMessage

from healthcare.inviting.disk import put
from healthcare.inviting.models import Channel, InvitationWave
from healthcare.inviting.outgoing import CannotSend, Outgoing


def write(
    outgoing: Sequence[Outgoing], *, wave: InvitationWave, channel: str, now: datetime
) -> None:
    """Let them leave, as the last thing of the transaction that marks them sent.

    Raises:
        CannotSend: the mail server or the disk refused; nothing is marked then.
    """
    for one in outgoing:
        try:
            if channel == Channel.SMTP:
                _mail(one)
            else:
                put(f"console/message-{one.message.pk}.txt", _page(one).encode())
        except (smtplib.SMTPException, OSError) as error:
            # Their text names the address.
            alone = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
            raise CannotSend(type(error).__name__, alone=alone) from None


def _mail(one: Outgoing) -> None:
    # A kill between the server's answer and our commit sends it again under the same id, by which
    # a mailbox knows that it has it.
    headers = {
        "Message-ID": f"<invitation-message-{one.message.pk}@mimamori.invalid>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{one.link}/no>",
    }
    EmailMessage(one.text.subject, one.text.body, to=[one.to.email], headers=headers).send()


def _page(one: Outgoing) -> str:
    return f"{one.to.name}\n\n{one.text.subject}\n\n{one.text.body}"
