from healthcare.inviting.models.invitation import LIVING, Invitation
from healthcare.inviting.models.outbox_file import OutboxFile
from healthcare.inviting.models.outbox_message import MessageKind, MessageState, OutboxMessage
from healthcare.inviting.models.wave import Channel, InvitationWave, WaveState

__all__ = [
    "LIVING",
    "Channel",
    "Invitation",
    "InvitationWave",
    "MessageKind",
    "MessageState",
    "OutboxFile",
    "OutboxMessage",
    "WaveState",
]
