from appointments.models.guard import Authority, ResourceClaim
from appointments.models.messages import Message
from appointments.models.visits import Appointment, AppointmentItem
from appointments.models.waitlist import FreedSlot, WaitlistEntry, WaitlistItem, WaitlistOffer

__all__ = [
    "Appointment",
    "AppointmentItem",
    "Authority",
    "FreedSlot",
    "Message",
    "ResourceClaim",
    "WaitlistEntry",
    "WaitlistItem",
    "WaitlistOffer",
]
