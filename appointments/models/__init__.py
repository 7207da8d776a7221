from appointments.models.guard import Authority, ResourceClaim
from appointments.models.links import Link
from appointments.models.messages import DueMessage, Message
from appointments.models.texts import MessageText
from appointments.models.visits import Appointment, AppointmentItem

__all__ = ["Appointment", "AppointmentItem", "Authority", "DueMessage", "Link", "Message", "MessageText", "ResourceClaim"]
