"""The end of a line ends the invitations that went to it, in the transaction that ends the line."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers.line_ends import Cause, LineEnd

# A contract that is over takes its invitation along. A number that changed or is suspended takes
# along those that were sent to it: whoever reads that telephone now is to open nothing with them.
_WITHDRAW = """
UPDATE inviting_invitation i SET withdrawn_at = %(now)s, withdrawn_because = e.cause
FROM unnest(%(contracts)s::bigint[], %(causes)s::text[], %(over)s::boolean[])
    AS e (contract_id, cause, over)
WHERE i.contract_id = e.contract_id AND (e.over OR i.channel = 'sms')
  AND num_nonnulls(i.accepted_at, i.expired_at, i.opted_out_at, i.withdrawn_at) = 0
RETURNING i.id, i.wave_id
"""

_END_MESSAGES = """
UPDATE inviting_outboxmessage SET state = 'ended', leased_until = NULL
WHERE invitation_id = ANY (%s) AND state = 'waiting'
"""

_COUNT = """
UPDATE inviting_invitationwave w SET withdrawn = w.withdrawn + n.added
FROM (SELECT wave_id, count(*) AS added FROM unnest(%s::bigint[]) AS g (wave_id) GROUP BY wave_id)
    AS n
WHERE w.id = n.wave_id
"""


def withdraw(
    sender: object,
    *,
    ends: Sequence[LineEnd],
    today: date,
    now: datetime,
    by: Actor,
    **_: object,
) -> None:
    """End what was sent to these lines, or waits for them. Receiver of
    `subscribers.signals.lines_ended`."""
    given: dict[str, Any] = {
        "contracts": [end.contract_id for end in ends],
        "causes": [Cause(end.cause).value for end in ends],
        "over": [end.cause.ends_contract for end in ends],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, given)
        withdrawn = cursor.fetchall()
        if not withdrawn:
            return
        cursor.execute(_END_MESSAGES, [[invitation for invitation, _ in withdrawn]])
        cursor.execute(_COUNT, [[wave for _, wave in withdrawn]])
    record(
        action="inviting.withdrawn",
        subject_type="invitation",
        details={"counts": {"invitations": len(withdrawn)}},
        at=now,
        by=by,
    )
