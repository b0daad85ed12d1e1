from healthcare.inviting.models.invitation import LIVING, Invitation
from healthcare.inviting.models.opt_out import OptOut
from healthcare.inviting.models.outbox_file import OutboxFile
from healthcare.inviting.models.outbox_message import MessageKind, MessageState, OutboxMessage
from healthcare.inviting.models.wave import COUNTED, IN_WORK, Channel, InvitationWave, WaveState

__all__ = [
    "COUNTED",
    "IN_WORK",
    "LIVING",
    "Channel",
    "Invitation",
    "InvitationWave",
    "MessageKind",
    "MessageState",
    "OptOut",
    "OutboxFile",
    "OutboxMessage",
    "WaveState",
]
