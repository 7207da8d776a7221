"""Whether, where and why not a patient is written to: asked again for every message that leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from clinic.policies.protocol import CHANNELS, EMAIL, PORTAL, SMS
from patients.models import ContactConsent, Patient, StoppedNumber
from patients.policies.contact import CLASSES, Contact, Word, address_of, consent_refusal, refusal


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Either the address to which a message goes, or why none goes; the address in the portal is the patient's id."""

    address: str = ""
    refusal: str = ""


def reach(*, patient: Patient, channel: str, consent_class: str, now: datetime) -> Reach:
    """Where a message of that class would go by that channel, or why it does not; one statement, two for a text."""
    return _reach(contact_of(patient, now=now, stops=channel == SMS), channel, consent_class, now)


def reaches(*, patient: Patient, now: datetime) -> Mapping[tuple[str, str], Reach]:
    """The same for every channel and class; two statements."""
    contact = contact_of(patient, now=now)
    return {(channel, each): _reach(contact, channel, each, now) for channel in CHANNELS for each in CLASSES}


def classes_allowed(*, patient: Patient, channel: str, now: datetime) -> list[str]:
    """The classes that the patient's own or, for a minor, the guardian's word allows there, be there an address or not."""
    contact = contact_of(patient, now=now, stops=False)
    return [each for each in CLASSES if not consent_refusal(contact, channel=channel, consent_class=each, now=now)]


def patients_texted_at(phone: str, *, now: datetime) -> list[Patient]:
    """Those whose texts go to that number, in E.164: their own, or the guardian's of a minor."""
    rows = Patient.objects.filter(Q(phone=phone) | Q(guardian_phone=phone), merged_into=None)
    found = rows.select_related("registered_site").order_by("pk")
    return [row for row in found if address_of(_known(row), channel=SMS, now=now) == phone]


def patients_mailed_at(address: str, *, now: datetime) -> list[Patient]:
    """Those whose e-mail goes to that address, however it is capitalised."""
    rows = Patient.objects.filter(Q(email__iexact=address) | Q(guardian_email__iexact=address), merged_into=None)
    found = rows.select_related("registered_site").order_by("pk")
    return [row for row in found if address_of(_known(row), channel=EMAIL, now=now).casefold() == address.casefold()]


def is_stopped(phone: str) -> bool:
    """Whether that number, in E.164, takes no texts."""
    return _stopped_at(phone) is not None


def said_of(patient: Patient) -> QuerySet[ContactConsent]:
    """Everything that was said about writing to the patient, the latest first."""
    return ContactConsent.objects.filter(patient=patient).order_by("-at", "-pk")


def contact_of(patient: Patient, *, now: datetime, stops: bool = True) -> Contact:
    """What the chart and the patient's words say now; `stops` asks also whether the number takes texts."""
    words = ContactConsent.objects.filter(patient=patient).order_by("at", "pk")
    said = [
        Word(channel=channel, consent_class=consent_class, granted=granted, at=at)
        for channel, consent_class, granted, at in words.values_list("channel", "consent_class", "granted", "at")
    ]
    number = address_of(_known(patient), channel=SMS, now=now) if stops else ""
    return _known(patient, words=said, stopped_at=_stopped_at(number) if number else None)


def _known(patient: Patient, **more: object) -> Contact:
    return Contact(
        born=patient.birth_date,
        zone=ZoneInfo(patient.time_zone),
        own={EMAIL: patient.email, SMS: str(patient.phone or ""), PORTAL: str(patient.pk)},
        guardian={EMAIL: patient.guardian_email, SMS: str(patient.guardian_phone or ""), PORTAL: str(patient.pk)},
        chosen=patient.preferred_channel,
        merged=patient.merged_into_id is not None,
        **more,
    )


def _stopped_at(phone: str) -> datetime | None:
    return StoppedNumber.objects.filter(phone=phone, restarted_at=None).values_list("stopped_at", flat=True).first()


def _reach(contact: Contact, channel: str, consent_class: str, now: datetime) -> Reach:
    why_not = refusal(contact, channel=channel, consent_class=consent_class, now=now)
    return Reach(refusal=why_not) if why_not else Reach(address=address_of(contact, channel=channel, now=now))
