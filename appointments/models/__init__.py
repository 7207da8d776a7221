from appointments.models.guard import Authority, ResourceClaim
from appointments.models.inbound import InboundText
from appointments.models.messages import Message
from appointments.models.visits import Appointment, AppointmentItem

__all__ = ["Appointment", "AppointmentItem", "Authority", "InboundText", "Message", "ResourceClaim"]
