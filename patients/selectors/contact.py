"""Where a message to a patient may go."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from clinic.policies.protocol import CHANNELS, EMAIL, MARKETING, PORTAL
from patients.models import Patient
from patients.policies.ages import is_minor


@dataclass(frozen=True, kw_only=True)
class Reach:
    """An address, or why there is none: exactly one of the two is empty."""

    address: str = ""
    refusal: str = ""


def reach(*, patient: Patient, channel: str, consent_class: str, now: datetime) -> Reach:
    """Where a message of that class goes by that channel now, or why it does not."""
    if consent_class == MARKETING:
        return Reach(refusal="no consent to marketing is recorded")
    if channel == PORTAL:
        return Reach(address=PORTAL)
    if channel != EMAIL:
        return Reach(refusal="no consent to text messages is recorded")
    on = now.astimezone(ZoneInfo(patient.time_zone)).date()
    address = patient.guardian_email if is_minor(born=patient.birth_date, on=on) else patient.email
    return Reach(address=address) if address else Reach(refusal="there is no e-mail address to send it to")


def open_channels(*, patient: Patient, consent_class: str, now: datetime) -> tuple[str, ...]:
    """The channels by which it would go now."""
    ways = (EMAIL, *(channel for channel in CHANNELS if channel != EMAIL))
    return tuple(way for way in ways if reach(patient=patient, channel=way, consent_class=consent_class, now=now).address)
