from appointments.models.guard import Authority, ResourceClaim
from appointments.models.inbound import InboundText
from appointments.models.links import Link
from appointments.models.messages import DueMessage, Message
from appointments.models.texts import MessageText
from appointments.models.visits import Appointment, AppointmentItem
from appointments.models.waitlist import FreedSlot, WaitlistEntry, WaitlistItem, WaitlistOffer

__all__ = [
    "Appointment",
    "AppointmentItem",
    "Authority",
    "DueMessage",
    "FreedSlot",
    "InboundText",
    "Link",
    "Message",
    "MessageText",
    "ResourceClaim",
    "WaitlistEntry",
    "WaitlistItem",
    "WaitlistOffer",
]
