from clinic.models.attempts import Attempts
from clinic.models.authority import Privilege, SupervisionCover
from clinic.models.credentials import AgreementSite, Certification, Grant, Licence, SupervisionAgreement
from clinic.models.expiry import ExpiryNotice
from clinic.models.idempotency import KeptAnswer
from clinic.models.people import Membership, Practitioner, Seat, StaffToken, User
from clinic.models.places import Device, Room, Site
from clinic.models.policy import PolicyRow
from clinic.models.presence import Closure, Opening, PlannedShift, Shift, TimeOff, WeeklyRule
from clinic.models.protocol import ProtocolRow
from clinic.models.tasks import Task

__all__ = [
    "AgreementSite",
    "Attempts",
    "Certification",
    "Closure",
    "Device",
    "ExpiryNotice",
    "Grant",
    "KeptAnswer",
    "Licence",
    "Membership",
    "Opening",
    "PlannedShift",
    "PolicyRow",
    "Practitioner",
    "Privilege",
    "ProtocolRow",
    "Room",
    "Seat",
    "Shift",
    "Site",
    "StaffToken",
    "SupervisionAgreement",
    "SupervisionCover",
    "Task",
    "TimeOff",
    "User",
    "WeeklyRule",
]
